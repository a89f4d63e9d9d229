# A directory of the checkout -> a source tree in the store, with only the files that matter.
#
# What editors, linters and Python itself leave in a checkout is never among them, so that it
# rebuilds nothing; nor are sockets, FIFOs and devices ("unknown"), which the store cannot have.
{ root }:
# The directory, relative to the checkout.
directory:
# Which files to take: a function of the path in the directory and the type, as of builtins.path.
keep:
let
  path = root + "/${directory}";
  length = builtins.stringLength (toString path) + 1;
  litter = "\\..*|.*(~|\\.pyc|\\.egg-info)|__pycache__";
  # Most files, which at each evaluation would cost a regular expression each.
  isModule = name:
    let stem = builtins.stringLength name - 3; in
    stem > 0 && builtins.substring stem 3 name == ".py" && builtins.substring 0 1 name != ".";
  isLitter = name: !(isModule name) && builtins.match litter name != null;
in
builtins.path {
  name = "source";
  inherit path;
  filter = file: type:
    type != "unknown" && !(isLitter (baseNameOf file)) && keep (builtins.substring length 4096 file) type;
}
