# An environment with a library and all its extras, and nothing of its tests.
{ python, ... }:
{
  kinds = [ "library" ];
  build = member: python.environment {
    name = "${member.name}-complete";
    keys = [ member.key ] ++ map (extra: "${member.key}[${extra}]") member.extras;
  };
}
