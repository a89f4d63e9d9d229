{ nix }: (import ../platform.nix { inherit nix; pkgs = "/etc/nixpkgs"; }).python
