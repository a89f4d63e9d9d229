{ nix }:
import (nix + "/python/server.nix") {
  platform.sitePackages = "lib/python3.13/site-packages";
  install = name: package: [ "/${name}-${package.version}" ];
  serving = {
    graph.names = keys: keys ++ [ "gunicorn" ];
    packages.serving = { directory = "lib/serving"; version = "1.0"; };
    packages.gunicorn = { version = "27.0"; wheel.file = "gunicorn-27.0-py3-none-any.whl"; };
  };
}
