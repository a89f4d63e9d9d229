# Modules that many build steps import -> one directory with them, compiled.
#
# As a directory of its own, each module would cost a walk through all of them at every evaluation.
{ step, modules }:
{
  # The name of the derivation.
  name,
  # The Python files.
  files,
}:
step {
  inherit name;
  script = ./steps/compile_modules.py;
  imports = [ modules.bytecode ];
  env.modules = files;
}
