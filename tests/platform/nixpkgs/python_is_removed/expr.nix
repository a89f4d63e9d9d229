{ nix }: (import ../platform.nix { inherit nix; pkgs = import ../../stub.nix { } // { python311 = throw "removed"; python313 = { }; }; }).python
