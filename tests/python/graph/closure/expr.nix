{ nix }:
(import (nix + "/python/graph.nix") {
  system = "x86_64-linux";
  packages = {
    app.requires = [ "web" ];
    web.requires = [ "template" "escape" ];
    template.requires = [ "escape" ];
    escape = { };
    unrelated = { };
  };
}).closure [ "app" ]
