{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  sources = [
    ''
      Types: deb
      URIs: http://mirror.example/debian
      Suites: bookworm bookworm-updates
      Components: main
      Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
    ''
  ];
}
