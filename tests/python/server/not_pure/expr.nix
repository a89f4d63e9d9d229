{ nix }:
import (nix + "/python/server.nix") {
  platform.sitePackages = "lib/python3.13/site-packages";
  install = name: _: [ "/${name}" ];
  serving = {
    graph.names = keys: keys ++ [ "uvloop" ];
    packages.serving.directory = "lib/serving";
    packages.uvloop.wheels.x86_64-linux.file = "uvloop-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
  };
}
