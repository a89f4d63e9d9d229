# A directory of the checkout -> a source tree in the store, with only the files that matter.
{ root }:
# The directory, relative to the checkout.
directory:
# What git would track of it: see ./tree.nix.
files:
# Which of them to take: a function of the path in the directory and the type, as of builtins.path.
keep:
let
  path = root + "/${directory}";
  length = builtins.stringLength (toString path) + 1;
in
builtins.path {
  name = "source";
  inherit path;
  filter = file: type:
    let name = builtins.substring length 4096 file; in
    files ? ${name} && keep name type;
}
