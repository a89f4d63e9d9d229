# nix/lock/debian.json as this system sees it.
{ system, file ? ../../lock/debian.json }:
let
  path = "nix/lock/debian.json";
  lock = import ../../lock.nix { inherit file; command = "./please lock --platform"; has = [ "systems" ]; };
  abi = {
    # The multiarch tuple (wiki.debian.org/Multiarch/Tuples) and the loader's name of each system.
    x86_64-linux = { multiarch = "x86_64-linux-gnu"; loader = "ld-linux-x86-64.so.2"; };
    aarch64-linux = { multiarch = "aarch64-linux-gnu"; loader = "ld-linux-aarch64.so.1"; };
  };
  supported = toString (builtins.attrNames lock.systems);
  unsupported = throw "the embedded platform has no packages for ${system}, only for ${supported}: build with --arg pkgs 'import <nixpkgs> {}'";
  locked = lock.systems.${system} or unsupported;
  components = builtins.fromTOML (builtins.readFile ../components.toml);
in
(abi.${system} or unsupported) // rec {
  inherit (lock) codename;
  busybox = lock.busybox.${system};
  packages = builtins.mapAttrs
    (name: package:
      let isText = pattern: value: builtins.isString value && builtins.match pattern value != null; in
      if isText "[^/].*\\.deb" package.file or null && isText "[0-9a-f]{64}" package.sha256 or null then package
      else throw "${path}: the package ${name} has no `file`, or no `sha256` of 64 hexadecimal digits: restore it (git checkout HEAD -- ${path})")
    locked.packages;

  # The version of the interpreter as its package's name has it, such as "3.11".
  pythonVersion = builtins.head (builtins.concatMap
    (name: let m = builtins.match "python(3\\.[0-9]+)-minimal" name; in if m == null then [ ] else m)
    (component "python"));

  # The packages of a component, a list of names; and which of its files are deleted, a list of globs.
  component = name: locked.components.${name} or (throw
    "the component ${name} is not in nix/lock/debian.json: run ./please lock --platform");
  prune = name: components.${name}.prune or [ ];
  # Whether there is a component of this name, a bool.
  hasComponent = name: components ? ${name};
}
