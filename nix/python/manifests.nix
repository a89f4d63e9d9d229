# A member's directory -> the SHA-256 of its manifests by name, as the lock has them: what a build
# backend reads. lib/please_cli/please_cli/lock/python/manifests.py has the same names.
{ root }:
directory:
let
  inherit (builtins) attrNames filter hashFile listToAttrs match readDir replaceStrings;

  path = root + "/${directory}";
  entries = readDir path;
  isManifest = name:
    (entries.${name} == "regular" || entries.${name} == "symlink")
    && match "pyproject\\.toml|setup\\.(py|cfg)|MANIFEST\\.in|README(\\..*)?" name != null
    && replaceStrings [ "~" ] [ "" ] name == name;
in
listToAttrs (map
  (name: { inherit name; value = hashFile "sha256" (path + "/${name}"); })
  (filter isManifest (attrNames entries)))
