{ nix }: (import ../platform.nix { inherit nix; pkgs = ./.; }).python
