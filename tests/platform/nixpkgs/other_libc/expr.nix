{ nix }: (import ../platform.nix { inherit nix; pkgs = { stdenv.hostPlatform = { system = "x86_64-linux"; libc = "musl"; }; }; }).python
