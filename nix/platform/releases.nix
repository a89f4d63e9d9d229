# What a Debian release is made of, from ./releases/<codename>.toml: adding a release is adding a file.
#
#   import ./releases.nix "trixie"
#   => { others = "bookworm"; frozen = false; pythonVersion = "3.13"; components = { python = { packages = [ … ]; … }; … }; }
#
# `others` is the release that all other components come from, or null. `frozen` says that the release changes
# no more, so that all of its files stay on the mirrors. `pythonVersion` is the version of the interpreter, taken
# from the name of its package.
#
# Type: string -> { others :: string or null; frozen :: bool; pythonVersion :: string; components :: attrset; }
release:
let
  inherit (builtins) concatMap concatStringsSep fromTOML head match pathExists readFile removeAttrs;

  file = ./releases + "/${release}.toml";
  known = concatStringsSep ", " (import ./release_names.nix);
  content =
    if pathExists file then fromTOML (readFile file)
    else throw ("there is no Debian release ${release} in nix/platform/releases, only ${known}: "
      + "correct `platform` in the pyproject.toml of the workspace, then run ./please lock");
in
{
  others = content.others or null;
  frozen = content.frozen or false;
  components = removeAttrs content [ "others" "frozen" ];
  pythonVersion = head (concatMap
    (name: let found = match "python(3\\..+)-minimal" name; in if found == null then [ ] else found)
    content.python.packages);
}
