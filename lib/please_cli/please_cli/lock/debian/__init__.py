"""nix/lock/debian.json: what the machine's apt finds for nix/platform/components.toml."""
