{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      deb http://security.example/debian-security bookworm-security main
      deb http://updates.example/debian bookworm-updates main
      deb http://mirror.example/debian bookworm main
    ''
  ];
}
