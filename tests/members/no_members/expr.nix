{ nix }: import (nix + "/members.nix") { root = ./.; packages = { }; }
