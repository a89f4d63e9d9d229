{ nix }:
let members = import (nix + "/members.nix") { root = ../found_by_directory/workspace; packages = { tokens = { local = "lib/tokens"; }; }; }; in
members.tokens.key
