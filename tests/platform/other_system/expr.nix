# A system that this machine does not build for evaluates.
{ nix }:
let platform = import (nix + "/platform") { system = "aarch64-linux"; release = "bookworm"; mirror = "http://mirror.example/debian"; }; in
{
  inherit (platform.python) system name;
  loader = builtins.baseNameOf platform.loader;
}
