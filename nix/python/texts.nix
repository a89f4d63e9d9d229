# Files -> one file in the store with all of them, each by a name, which ./steps/texts.py unpacks.
#
# As a tree, they cost each evaluation more: Nix writes 35 fields for each file, and Nix 2.8 clears a buffer
# of 64 KiB for each field. It is for files that nobody executes and that have no NUL byte, such as modules.
#
# Example: texts [ { name = "sample/api.py"; path = ./api.py; } ]
# Type: [ { name :: string; path :: path; } ] -> string
files:
let
  inherit (builtins) concatMap concatStringsSep readFile stringLength toFile;

  entry = { name, path }:
    let text = readFile path; in
    [ "${toString (stringLength name)} ${toString (stringLength text)}\n" name text ];
in
toFile "texts" (concatStringsSep "" (concatMap entry files))
