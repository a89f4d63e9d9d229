{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ./workspace;
    packages = {
      api-gateway = { extras = { }; groups.test = [ "pytest" ]; };
      tokens = { };
      common = { extras = { db = [ ]; cache = [ ]; }; };
    };
  };
  described = builtins.mapAttrs (_: member: { inherit (member) key directory module extras everything; });
in
builtins.mapAttrs (_: described) members
