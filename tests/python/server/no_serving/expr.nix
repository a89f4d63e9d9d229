{ nix }:
import (nix + "/python/server.nix") {
  platform.sitePackages = "lib/python3.13/site-packages";
  install = name: _: "/${name}";
  serving = null;
}
