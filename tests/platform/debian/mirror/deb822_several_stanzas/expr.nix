{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  sources = [
    ''
      # Disabled, sources only, security, and at last the one.
      Enabled: no
      Types: deb
      URIs: http://disabled.example/debian
      Suites: bookworm
      Components: main

      Types: deb-src
      URIs: http://sources.example/debian
      Suites: bookworm
      Components: main

      Types: deb
      URIs: http://security.example/debian-security
      Suites: bookworm-security
      Components: main


      Types: deb deb-src
      # A comment within a stanza
      URIs:
        http://mirror.example/debian//
        http://second.example/debian
      Suites: bookworm
      Components:
        contrib
        main
    ''
  ];
}
