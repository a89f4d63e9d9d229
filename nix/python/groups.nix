# The workspace's part of the lock -> a check of its dependency groups, which installs nothing.
{ root, step, modules, resolve, toolLibraries }:
workspace:
step {
  name = "services-groups";
  script = ./steps/check_groups.py;
  imports = [ modules.declared ] ++ toolLibraries [ "packaging" ];
  env = {
    lock = "nix/lock/python/${resolve}.json";
    declares = builtins.toJSON workspace.declares;
    manifest = builtins.path { name = "pyproject.toml"; path = root + "/pyproject.toml"; };
  };
}
