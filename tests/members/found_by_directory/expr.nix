{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ./workspace;
    locked = {
      api-gateway = { directory = "src/api_gateway"; named = [ "default" ]; resolves.default = { }; };
      common = { directory = "lib/common"; named = [ "default" ]; resolves = { default = { }; next = { }; }; };
      tokens = { directory = "src/tokens"; named = [ "next" "default" ]; resolves = { default = { }; next = { }; }; };
    };
    packages.default = {
      api-gateway = { extras = { }; groups.test = [ "pytest" ]; };
      common = { extras = { db = [ ]; cache = [ ]; }; };
      tokens = { };
    };
    packages.next = {
      tokens = { };
      common = { extras = { db = [ ]; }; };
    };
  };
  describe = member: { inherit (member) name kind key directory module resolve isGuest extras everything; };
in
builtins.mapAttrs (_: member: describe member // { resolves = builtins.mapAttrs (_: describe) member.resolves; }) members
