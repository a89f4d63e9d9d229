{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      # deb http://commented.example/debian bookworm main
      deb-src http://sources.example/debian bookworm main

    ''
    "deb\thttp://mirror.example/debian\tbookworm\tmain\n"
  ];
}
