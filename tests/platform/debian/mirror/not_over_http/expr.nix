{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      deb cdrom:[Debian 12]/ bookworm main
      deb file:/srv/debian bookworm main
      deb http://mirror.example/debian bookworm main
    ''
  ];
}
