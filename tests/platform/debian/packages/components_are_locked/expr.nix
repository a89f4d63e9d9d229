# What is asked for by hand and what is locked do not drift apart.
{ nix }:
let
  systems = (builtins.fromJSON (builtins.readFile (nix + "/lock/debian.json"))).systems;
  asked = builtins.attrNames (builtins.fromTOML (builtins.readFile (nix + "/platform/components.toml")));
in
builtins.mapAttrs (_: locked: builtins.attrNames locked.components == asked) systems
