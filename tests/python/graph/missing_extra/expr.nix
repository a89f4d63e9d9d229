{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages = {
    app.requires = [ "library[cobol]" ];
    library.extras.db = [ ];
  };
}).closure [ "app" ]
