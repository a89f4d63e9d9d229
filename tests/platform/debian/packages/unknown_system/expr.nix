{ nix }: (import (nix + "/platform/debian/packages.nix") { system = "riscv64-linux"; release = "bookworm"; }).packages
