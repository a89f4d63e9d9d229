# A directory of the checkout -> a source tree in the store, with only the files that matter.
{ root }:
# The directory, relative to the checkout.
directory:
# A set whose attributes are the paths of these files, and of their directories: see ./tree.nix.
files:
let
  path = root + "/${directory}";
  length = builtins.stringLength (toString path) + 1;
in
builtins.path {
  name = "source";
  inherit path;
  filter = file: _: files ? ${builtins.substring length 4096 file};
}
