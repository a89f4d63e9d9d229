{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages.app = { };
}).closure [ "app" "app[:test]" ]
