{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ./workspace;
    packages = {
      api-gateway = { local = "src/api_gateway"; extras = { }; groups.test = [ "pytest" ]; };
      tokens = { local = "src/tokens"; };
      common = { local = "lib/common"; extras = { db = [ ]; cache = [ ]; }; };
    };
  };
in
builtins.mapAttrs (_: member: { inherit (member) name kind key directory module extras everything; }) members
