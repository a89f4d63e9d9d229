{ nix }: (import ../platform.nix { inherit nix; pkgs = 42; }).python
