{ greeting, ... }:
{
  kinds = [ "service" ];
  build = member: derivation { name = "${member.name}-size"; system = "none"; builder = "none"; inherit greeting; };
}
