{ nix }:
let outputsOf = import (nix + "/outputs.nix") { kit = { }; directory = ./outputs; }; in
(outputsOf { name = "shop"; kind = "service"; }).jobs.size
