{ nix }:
(import (nix + "/python/graph.nix") {
  # A dependency group goes without the package itself (PEP 735).
  system = "x86_64-linux";
  packages = {
    app = { requires = [ "web" ]; groups.test = [ "tester" ]; };
    web = { };
    tester = { };
  };
}).closure [ "app[:test]" ]
