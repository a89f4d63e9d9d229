# Parts -> an environment: a farm of symlinks in the shape of a virtual environment (PEP 405).
{ platform, step, modules }:
{
  # The name of the environment.
  name,
  # The store paths that it consists of, each in the shape of a Python prefix.
  parts,
  # The module of a service for which to make bin/<service>; null for none.
  launcher ? null,
}:
step {
  inherit name;
  script = ./steps/link_environment.py;
  imports = [ modules.prefix ];
  env = {
    inherit (platform) python cacert tzdata;
    inherit parts launcher;
  };
}
