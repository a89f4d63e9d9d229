{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages = {
    app.requires = [ "library" "library[db]" ];
    library = {
      requires = [ "base" ];
      extras = { db = [ "driver" ]; cache = [ "client" ]; };
    };
    base = { };
    driver = { };
    client = { };
  };
}).closure [ "app" ]
