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
in
builtins.mapAttrs (_: member: { inherit (member) name kind key directory module extras everything; }) members
