{ nix }: import (nix + "/platform/debian/mirror.nix") { codename = "bookworm"; override = "file:///srv/debian"; }
