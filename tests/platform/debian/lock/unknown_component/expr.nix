{ nix }: (import (nix + "/platform/debian/lock.nix") { system = "x86_64-linux"; }).component "cobol"
