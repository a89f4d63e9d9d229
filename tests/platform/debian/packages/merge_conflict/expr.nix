{ nix }: (import (nix + "/platform/debian/packages.nix") { system = "x86_64-linux"; release = "bookworm"; file = ./debian.json; }).codename
