# Both platforms answer to the same names.
{ nix }:
let
  platform = import (nix + "/platform");
  system = "x86_64-linux";
  embedded = platform { inherit system; release = "bookworm"; mirror = "http://mirror.example/debian"; };
  nixpkgs = platform { inherit system; release = "bookworm"; pkgs = import ../stub.nix { inherit system; }; };
in
{
  names = builtins.attrNames nixpkgs;
  same = builtins.attrNames nixpkgs == builtins.attrNames embedded;
  # A release that has some components, and takes the others from another release.
  partial = builtins.attrNames nixpkgs == builtins.attrNames (platform { inherit system; release = "trixie"; mirror = "http://mirror.example/debian"; });
}
