{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [ "deb [arch=amd64 signed-by=/usr/share/keyrings/debian.gpg] https://mirror.example/debian/ bookworm main contrib # own\n" ];
}
