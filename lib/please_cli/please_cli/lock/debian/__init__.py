"""nix/lock/debian/: what the machine's apt finds for nix/platform/releases/."""
