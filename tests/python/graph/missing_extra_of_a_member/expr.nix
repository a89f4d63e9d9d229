{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  lock = "python/next";
  packages = {
    app.requires = [ "library[cobol]" ];
    library = { directory = "lib/library"; extras.db = [ ]; };
  };
}).closure [ "app" ]
