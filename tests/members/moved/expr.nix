{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ../found_by_directory/workspace;
    locked.tokens = { directory = "lib/tokens"; named = [ "default" ]; resolves.default = { }; };
    packages.default = { };
  };
in
members.tokens.key
