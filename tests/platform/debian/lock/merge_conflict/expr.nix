{ nix }: (import (nix + "/platform/debian/lock.nix") { system = "x86_64-linux"; file = ./debian.json; }).codename
