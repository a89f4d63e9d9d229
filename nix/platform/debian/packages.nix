# nix/lock/debian/<release>.json as this system sees it.
{
  system,
  # The codename of a Debian release, such as "trixie".
  release,
  # Its lock; tests put others here.
  file ? ../../lock/debian + "/${release}.json",
  # What components the release has, as its file in ../releases says.
  components ? (import ../releases.nix release).components,
}:
let
  path = "nix/lock/debian/${release}.json";
  lock = import ../../lock.nix { inherit file path; command = "./please lock --platform"; has = [ "systems" ]; };
  abi = {
    # The multiarch tuple (wiki.debian.org/Multiarch/Tuples) and the loader's name of each system.
    x86_64-linux = { multiarch = "x86_64-linux-gnu"; loader = "ld-linux-x86-64.so.2"; };
    aarch64-linux = { multiarch = "aarch64-linux-gnu"; loader = "ld-linux-aarch64.so.1"; };
  };
  supported = toString (builtins.attrNames lock.systems);
  unsupported = throw "the embedded platform has no packages for ${system}, only for ${supported}: build with --arg pkgs 'import <nixpkgs> {}'";
  locked = lock.systems.${system} or unsupported;
in
(abi.${system} or unsupported) // rec {
  inherit (lock) codename;
  # When snapshots of Debian had all of this, as an archive of them names it; null in a lock without that.
  snapshot = lock.snapshot or null;
  busybox = lock.busybox.${system};
  packages = builtins.mapAttrs
    (name: package:
      let isText = pattern: value: builtins.isString value && builtins.match pattern value != null; in
      if isText ".+\\.deb" package.file or null && builtins.substring 0 1 package.file != "/" && isText "[0-9a-f]{64}" package.sha256 or null
      then package
      else throw "${path}: the package ${name} has no `file`, or no `sha256` of 64 hexadecimal digits: restore it (git checkout HEAD -- ${path})")
    locked.packages;

  # The packages of a component, a list of names; whether there is one; and which of its files are deleted, a
  # list of globs.
  component = name: locked.components.${name} or (throw
    "the component ${name} is not in ${path}: run ./please lock --platform");
  has = name: components ? ${name};
  prune = name: components.${name}.prune or [ ];
  # What is taken of its first package, a list of paths in it. On x86_64 alone, the loader has a link in lib64.
  files = name: builtins.filter
    (path: system == "x86_64-linux" || builtins.match ".*/lib64" path == null)
    components.${name}.files;
}
