"""nix/lock/python.json: what uv and the machine's pip find for the manifests."""
