{ nix }:
let
  members = import (nix + "/members.nix") {
    root = ../found_by_directory/workspace;
    locked = { };
    packages.default = { tokens = { version = "1.0"; wheel = { }; }; };
  };
in
members.tokens.key
