{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [
    ''
      # deb http://commented.example/debian bookworm main
      deb-src http://sources.example/debian bookworm main

      deb	http://mirror.example/debian	bookworm	main
    ''
  ];
}
