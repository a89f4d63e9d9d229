# Files of a directory -> one file in the store with all of them, which ./steps/texts.py unpacks.
#
# A tree costs each evaluation more: Nix writes 35 fields for each file of it, and Nix 2.8 clears a buffer
# of 64 KiB for each field. It is for files that nobody executes and that have no NUL byte, such as modules.
#
# Type: path -> [ string ] -> string
directory: files:
let
  inherit (builtins) concatMap concatStringsSep readFile stringLength toFile;

  entry = file:
    let text = readFile (directory + "/${file}"); in
    [ "${toString (stringLength file)} ${toString (stringLength text)}\n" file text ];
in
toFile "texts" (concatStringsSep "" (concatMap entry files))
