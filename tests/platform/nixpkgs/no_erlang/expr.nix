{ nix }: (import ../platform.nix { inherit nix; pkgs = removeAttrs (import ../../stub.nix { }) [ "beamPackages" ]; }).server "rabbitmq"
