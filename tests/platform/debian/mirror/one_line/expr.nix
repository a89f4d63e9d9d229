{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      # The system's own
      deb http://mirror.example/debian bookworm main
    ''
  ];
}
