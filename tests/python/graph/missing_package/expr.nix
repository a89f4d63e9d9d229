{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages.app.requires = [ "web" "gone[fast]" ];
}).closure [ "app" ]
