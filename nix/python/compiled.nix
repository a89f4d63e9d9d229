# Modules that many build steps import -> one directory with them, compiled.
#
# As a directory of its own, each module would cost a walk through all of them at every evaluation.
{ step, modules }:
let
  text = import ../text.nix;
  script = text ./steps/compile_modules.py;
in
{
  # The name of the derivation.
  name,
  # The Python files.
  files,
}:
step {
  inherit name;
  inherit script;
  imports = [ modules.bytecode ];
  env.modules = map text files;
}
