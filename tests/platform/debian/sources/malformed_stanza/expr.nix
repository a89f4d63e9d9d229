{ nix }: import (nix + "/platform/debian/sources.nix") ./apt
