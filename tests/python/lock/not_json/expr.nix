{ nix }: import (nix + "/python/lock.nix") { file = ./python.json; }
