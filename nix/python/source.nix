# A directory of the checkout -> a source tree in the store, with only the files that matter: of those that
# git would track (./tree.nix), those that `keep` takes.
{ root }:
let tree = import ./tree.nix { inherit root; }; in
# The directory, relative to the checkout.
directory:
let
  path = root + "/${directory}";
  length = builtins.stringLength (toString path) + 1;
  files = tree directory;
in
# Which files to take: a function of the path in the directory and the type, as of builtins.path.
keep:
builtins.path {
  name = "source";
  inherit path;
  filter = file: type:
    let name = builtins.substring length 4096 file; in
    files ? ${name} && keep name type;
}
