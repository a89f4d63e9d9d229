{ nix }: (import ../platform.nix { inherit nix; pkgs = { hello = 1; }; }).python
