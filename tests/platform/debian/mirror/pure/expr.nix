{ nix }: import (nix + "/platform/debian/mirror.nix") { codename = "bookworm"; apt = ../absent; override = ""; isPure = true; }
