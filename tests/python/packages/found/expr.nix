# A member whose file is broken, door, is in the way of nothing else.
{ nix }:
let
  lock = import (nix + "/python/packages.nix") { root = ./.; system = "x86_64-linux"; };
  locked = lock.resolves.default;
in
{
  inherit (locked) index python root;
  members = builtins.attrNames locked.members;
  inherit (locked.members) paint;
}
