# Return CPython of a version; where nixpkgs has no such version, an error that names those that it has.
{
  # ./package.nix of nixpkgs.
  package,
  # Such as "3.13".
  pythonVersion,
}:
let
  inherit (builtins) concatStringsSep elem filter replaceStrings;

  attribute = version: "python${replaceStrings [ "." ] [ "" ] version}";
  name = attribute pythonVersion;

  pythons = package.names "python3[0-9]+";
  # The releases of Debian here whose Python nixpkgs has.
  usable = filter (release: elem (attribute (import ../releases.nix release).pythonVersion) pythons) (import ../release_names.nix);
  another =
    if usable == [ ] then ""
    else ", or put the members into a resolve with the platform ${concatStringsSep " or " usable} (docs/platform.md)";
in
if package.has name then package.of name
else throw (
  "nixpkgs has no ${name}, only ${concatStringsSep ", " pythons}: take a version of nixpkgs that has it, "
  + "or build without --arg pkgs${another}"
)
