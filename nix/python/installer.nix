# pypa/installer, out of its own wheel: the library that the installation of all wheels uses.
{ step, modules, fetch, packages }:
let
  package = packages.installer or (throw
    "installer is not in nix/lock/python.json: it belongs to the group build in pyproject.toml; run ./please lock");
in
step {
  name = "installer-${package.version}-bootstrap";
  script = ./steps/unzip_wheel.py;
  imports = [ modules.bytecode ];
  env.wheel = fetch "installer" package.wheel;
}
