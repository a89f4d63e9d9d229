{ nix }: (import ../platform.nix { inherit nix; pkgs = import ../../stub.nix { system = "aarch64-linux"; }; }).python
