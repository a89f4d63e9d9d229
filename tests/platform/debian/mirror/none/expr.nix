{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [ "# nothing here\n" ];
  sources = [ "" ];
}
