{ nix }:
(import (nix + "/python/graph.nix") {
  system = "aarch64-linux";
  packages = {
    app.requires = { x86_64-linux = [ "fast" ]; aarch64-linux = [ "slow" "slow[more]" ]; };
    fast = { };
    slow.extras.more = { x86_64-linux = [ ]; aarch64-linux = [ "helper" ]; };
    helper = { };
  };
}).closure [ "app" ]
