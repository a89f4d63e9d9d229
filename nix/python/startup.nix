# What an environment does at each start of its Python (./environment_startup), as a part of it.
{ step, modules }:
step {
  name = "environment-startup";
  script = ./steps/install_startup.py;
  imports = [ modules.bytecode modules.prefix ];
  env = {
    package = builtins.path {
      name = "environment_startup";
      path = ./environment_startup;
      filter = path: _: builtins.match ".*\\.py" path != null;
    };
    readOnlyStore = ../platform/read_only_store.py;
  };
}
