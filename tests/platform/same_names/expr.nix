# Both platforms answer to the same names.
{ nix }:
let
  platform = import (nix + "/platform");
  system = "x86_64-linux";
  embedded = platform { inherit system; mirror = "http://mirror.example/debian"; };
  nixpkgs = platform { inherit system; pkgs = import ../stub.nix { inherit system; }; };
in
{
  names = builtins.attrNames nixpkgs;
  same = builtins.attrNames nixpkgs == builtins.attrNames embedded;
}
