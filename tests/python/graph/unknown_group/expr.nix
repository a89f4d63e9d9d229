{ nix }:
(import (nix + "/python/graph.nix") {
  # A member needs no group of that name.
  system = "x86_64-linux";
  packages.app = { };
}).closure [ "app" "app[:test]" ]
