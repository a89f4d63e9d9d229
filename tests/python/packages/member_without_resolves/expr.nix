{ nix }: ((import (nix + "/python/packages.nix") { root = ./.; system = "x86_64-linux"; }).resolves.default).members.door.requires
