{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ./workspace;
    locked = {
      api-gateway = { directory = "src/api_gateway"; resolves.default = { }; };
      common = { directory = "lib/common"; resolves = { default = { }; next = { }; }; };
      tokens = { directory = "src/tokens"; resolves.next = { }; };
    };
    packages.default = {
      api-gateway = { extras = { }; groups.test = [ "pytest" ]; };
      common = { extras = { db = [ ]; cache = [ ]; }; };
    };
    packages.next = {
      tokens = { };
      common = { extras = { db = [ ]; }; };
    };
  };
  describe = member: { inherit (member) name kind key directory module resolve extras everything; };
in
builtins.mapAttrs (_: member: describe member // { resolves = builtins.mapAttrs (_: describe) member.resolves; }) members
