# What is asked for by hand and what is locked do not drift apart.
{ nix }:
let
  names = file: builtins.attrNames (builtins.fromJSON (builtins.readFile (nix + file)));
  systems = (builtins.fromJSON (builtins.readFile (nix + "/lock/debian.json"))).systems;
  asked = names "/platform/components.json";
in
builtins.mapAttrs (_: locked: builtins.attrNames locked.components == asked) systems
