{ nix }: import (nix + "/platform/releases.nix") "woody"
