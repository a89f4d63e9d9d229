{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages = { };
}).parse "library[db-replica]"
