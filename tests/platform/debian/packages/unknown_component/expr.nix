{ nix }: (import (nix + "/platform/debian/packages.nix") { system = "x86_64-linux"; release = "trixie"; }).component "cobol"
