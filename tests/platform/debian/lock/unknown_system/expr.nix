{ nix }: (import (nix + "/platform/debian/lock.nix") { system = "riscv64-linux"; }).packages
