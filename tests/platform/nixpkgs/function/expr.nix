{ nix }: (import ../platform.nix { inherit nix; pkgs = import ../../stub.nix; }).python
