{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [ "deb http://trixie.example/debian trixie main\n" "deb http://mirror.example/debian bookworm main\n" ];
}
