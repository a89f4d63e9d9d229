{ nix }:
import (nix + "/platform/debian/mirror.nix") {
  codename = "bookworm";
  lists = [ "deb http://mirror.example/debian bookworm main\n" ];
  override = "http://override.example/debian/";
}
