# What is asked for by hand and what is locked do not drift apart, in any release.
{ nix }:
let
  inherit (builtins) attrNames fromJSON listToAttrs mapAttrs readDir readFile replaceStrings;

  codenames = map (replaceStrings [ ".toml" ] [ "" ]) (attrNames (readDir (nix + "/platform/releases")));
  same = release:
    let
      asked = attrNames (import (nix + "/platform/releases.nix") release).components;
      locked = (fromJSON (readFile (nix + "/lock/debian/${release}.json"))).systems;
    in
    mapAttrs (_: system: attrNames system.components == asked) locked;
in
listToAttrs (map (release: { name = release; value = same release; }) codenames)
