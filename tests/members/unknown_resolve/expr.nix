{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ../found_by_directory/workspace;
    locked.tokens = { directory = "src/tokens"; named = [ "next" ]; resolves.next = { }; };
    packages.default = { };
  };
in
members.tokens.key
