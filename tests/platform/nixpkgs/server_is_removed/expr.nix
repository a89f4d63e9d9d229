{ nix }: (import ../platform.nix { inherit nix; pkgs = import ../../stub.nix { } // { postgresql = throw "removed"; }; }).server "postgresql"
