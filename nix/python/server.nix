# The server for services that do not require it -> directories for sys.path.
#
# It comes from the resolve of lib/serving and binds none of their versions. It is all that the
# process of bin/<service> has beside the packages of the service itself.
{
  # The kit's `install`, which makes directories for the Python of the service, and its platform.
  install,
  platform,
  # The Python part of the kit of lib/serving's own resolve; null if the workspace has no lib/serving.
  serving,
}:
let
  inherit (builtins) concatMap filter map match;

  names = if serving == null then [ ] else serving.graph.names [ "serving" ];
  packages = map (name: { inherit name; package = serving.packages.${name}; }) names;
  # The service may have another Python.
  isPure = { package, ... }: package ? directory || match ".*-none-any\\.whl" package.wheel.file or "" != null;
  compiled = filter (each: !isPure each) packages;
in
if compiled != [ ] then throw
  ("${(builtins.head compiled).name} is not pure Python, and lib/serving requires it, but a service that borrows the server may have another "
    + "Python: require something else in lib/serving/pyproject.toml, or `serving` in that of the service")
else concatMap (each: map (prefix: "${prefix}/${platform.sitePackages}") (install each.name each.package)) packages
