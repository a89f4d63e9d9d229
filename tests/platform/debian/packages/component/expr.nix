{ nix }:
let lock = import (nix + "/platform/debian/packages.nix") { system = "aarch64-linux"; release = "bookworm"; }; in
{
  inherit (lock) codename loader multiarch;
  patchelf = lock.component "patchelf";
  architecture = builtins.match ".*_(.*)\\.deb" lock.packages.patchelf.file;
  prune = lock.prune "patchelf";
}
