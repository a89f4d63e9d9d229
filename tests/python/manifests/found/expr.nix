{ nix }: import (nix + "/python/manifests.nix") { root = ./.; } "sample"
