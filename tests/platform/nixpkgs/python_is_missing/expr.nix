{ nix }: (import ../platform.nix { inherit nix; pkgs = removeAttrs (import ../../stub.nix { }) [ "python311" ] // { python314 = { }; }; }).python
