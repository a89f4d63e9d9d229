# Modules that many build steps import -> one directory with them, compiled.
#
# As a directory of its own, each module would cost a walk through all of them at every evaluation.
{ step }:
let
  text = import ../text.nix;
  texts = import ./texts.nix;
  script = text ./steps/texts.py;
in
{
  # The name of the derivation.
  name,
  # The Python files; bytecode.py is among them.
  files,
  # Further variables for the steps that import them, by name: see ./steps/variables.py.
  variables ? { },
}:
step {
  inherit name script;
  env = {
    modules = texts (map (path: { name = baseNameOf path; inherit path; }) files);
    variables = builtins.concatStringsSep "\n" (builtins.attrValues (builtins.mapAttrs (name: value: "${name}=${value}") variables));
  };
}
