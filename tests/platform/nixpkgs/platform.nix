# The platform of Debian 12's Python on some `pkgs`.
{ nix, pkgs }: import (nix + "/platform") { system = "x86_64-linux"; release = "bookworm"; inherit pkgs; }
