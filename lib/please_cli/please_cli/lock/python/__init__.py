"""nix/lock/python/ and nix/lock/members/: what uv and the machine's pip find for the manifests."""
