# A text file of the toolchain -> the same in the store.
#
# As a path of Nix, each of the forty that every evaluation needs would cost it three times as much.
# Call it outside of functions: other than a path, a text is not remembered.
#
# Type: path -> string
file: builtins.toFile (baseNameOf file) (builtins.readFile file)
