{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages = {
    chicken = { requires = [ "egg" ]; extras.fried = [ "chicken" "egg[boiled]" ]; };
    egg = { requires = [ "chicken" ]; extras.boiled = [ "chicken[fried]" ]; };
  };
}).closure [ "chicken[fried]" ]
