# As --argstr mirror passes it on.
{ nix }: (import (nix + "/platform") { system = "x86_64-linux"; release = "bookworm"; mirror = "https://user:secret@mirror.example/debian"; }).busybox.drvPath
