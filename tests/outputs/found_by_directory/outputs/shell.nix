{ ... }:
{
  kinds = [ "service" ];
  build = member: derivation {
    name = "${member.name}-shell";
    system = "none";
    builder = "none";
    environment = derivation { name = "${member.name}-env"; system = "none"; builder = "none"; };
  };
  job = shell: shell.environment;
}
