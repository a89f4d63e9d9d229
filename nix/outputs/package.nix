# An environment with a library, without its extras.
{ python, ... }:
{
  kinds = [ "library" ];
  build = member: python.environment { inherit (member) name; keys = [ member.key ]; };
}
