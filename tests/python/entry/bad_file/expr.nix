{ nix }: (import (nix + "/python/entry.nix") { path = "nix/lock/python/default.json"; system = "x86_64-linux"; } "acme" {
  version = "1.0";
  wheel = { file = "../../acme-1.0-py3-none-any.whl"; sha256 = "0000000000000000000000000000000000000000000000000000000000000000"; };
}).wheel.file
