# The codenames of the Debian releases that ./releases has, a list.
let
  inherit (builtins) attrNames concatMap match readDir;
  stem = name: let found = match "([^.].*)\\.toml" name; in if found == null then [ ] else found;
in
concatMap stem (attrNames (readDir ./releases))
