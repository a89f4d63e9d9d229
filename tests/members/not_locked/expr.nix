{ nix }:
let members = import (nix + "/members.nix") { root = ../found_by_directory/workspace; locked.tokens = { }; packages = { }; }; in
members.api_gateway.key
