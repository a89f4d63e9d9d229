{ nix }: import (nix + "/needs/names.nix") ./servers
