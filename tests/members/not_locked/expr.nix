{ nix }:
let members = import (nix + "/members.nix") { root = ../found_by_directory/workspace; packages = { }; }; in
members.api_gateway.key
