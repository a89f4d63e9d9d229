{ nix }: (import ../platform.nix { inherit nix; pkgs = { legacyPackages = { }; }; }).python
