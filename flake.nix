# For users of flakes (docs/flakes.md). Every input is optional: without an override, it is this flake
# itself, which stands for none.
{
  description = "Flask services: apps, development shells and sandboxed tests, pinned by hash";

  inputs = {
    # A file with the base URL of a Debian mirror.
    mirror = { follows = ""; flake = false; };
    # A file with the base URL of an archive of Debian snapshots.
    archive = { follows = ""; flake = false; };
    # A pip.conf that says where Python packages come from.
    pip = { follows = ""; flake = false; };
    # A flake to take the platform from, in place of Debian's packages.
    nixpkgs.follows = "";
  };

  outputs = inputs: import ./nix/flake.nix inputs;
}
