{ ... }:
let
  part = member: name: derivation { name = "${member.name}-${name}"; system = "none"; builder = "none"; };
in
{
  kinds = [ "library" ];
  build = member: { blue = part member "blue"; red = part member "red"; };
  job = builtins.mapAttrs (_: part: { package = part; });
}
