# What an environment does at each start of its Python (./environment_startup), as a part of it.
#
# `linker` is the directory of modules that has ./steps/install_startup.py.
{ step, linker }:
let
  inherit (builtins) attrNames filter match readDir;

  modules = filter (name: match ".*\\.py" name != null) (attrNames (readDir ./environment_startup));
in
step {
  name = "environment-startup";
  module = "install_startup";
  imports = [ linker ];
  env = {
    package = import ./texts.nix (map (name: { inherit name; path = ./environment_startup + "/${name}"; }) modules);
    readOnlyStore = import ../text.nix ../platform/read_only_store.py;
  };
}
