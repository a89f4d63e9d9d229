{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      deb http://extra.example/debian bookworm contrib non-free
      deb http://vendor.example/apt stable vendor
      deb http://mirror.example/debian bookworm contrib main
    ''
  ];
}
