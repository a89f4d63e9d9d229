{ nix }: import (nix + "/platform/debian/mirror.nix") { codename = "bookworm"; apt = ./apt; override = ""; }
