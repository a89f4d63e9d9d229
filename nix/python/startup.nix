# What an environment does at each start of its Python (./environment_startup), as a part of it.
{ step, modules }:
let text = import ../text.nix; in
step {
  name = "environment-startup";
  script = text ./steps/install_startup.py;
  imports = [ modules.bytecode modules.prefix ];
  env = {
    package = builtins.path {
      name = "environment_startup";
      path = ./environment_startup;
      filter = path: _: builtins.match ".*\\.py" path != null;
    };
    readOnlyStore = text ../platform/read_only_store.py;
  };
}
