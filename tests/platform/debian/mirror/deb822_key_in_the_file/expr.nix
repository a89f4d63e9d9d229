{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  # deb822 field names are not case-sensitive, and a key may stand in the file itself.
  sources = [
    ''
      types: deb
      uris: http://mirror.example/debian
      suites: bookworm
      components: main
      signed-by:
        -----BEGIN PGP PUBLIC KEY BLOCK-----
        .
        mDMEYCQjIxYJKwYBBAHaRw8BAQdAD+v
        -----END PGP PUBLIC KEY BLOCK-----
    ''
  ];
}
