{ nix }: import (nix + "/members.nix") { root = ./.; locked = { }; packages = { }; }
