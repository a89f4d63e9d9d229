{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ../found_by_directory/workspace;
    locked.tokens = { directory = "src/tokens"; resolves.next = { }; };
    packages.default = { };
  };
in
members.tokens.key
