{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  sources = [
    ''
      Types: deb
      URIs: http://disabled.example/debian
      Suites: bookworm
      Components: main
      Enabled: False

      Types: deb
      URIs: http://mirror.example/debian
      Suites: bookworm
      Components: main
      Enabled: yes
    ''
  ];
}
