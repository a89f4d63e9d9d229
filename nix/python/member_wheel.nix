# A member of the workspace -> what its own build backend makes of it (PEP 517), from all of its files:
#
#   metadata   a prefix with its dist-info alone
#   code       a prefix with the rest of the wheel
#   live.json  where the files of the wheel are in the member's directory, for development shells; and which
#              files of its packages are not in the wheel
#
# Nothing of it depends on what the lock says of the member, apart from the requirements of its build: so
# `please lock` builds the same derivation.
{ step, modules, installer, sources, toolLibraries, buildEnvironment }:
{
  # Its normalized name.
  name,
  # Its directory in the checkout.
  directory,
  # The key of the requirements of its build in the lock.
  build,
  # What git would track of it: see ./tree.nix.
  files,
}:
step {
  name = "${name}-wheel";
  script = ./steps/build_member.py;
  imports = [ installer modules.build_backend modules.member_sources modules.source_links modules.unpackaged ]
    ++ toolLibraries [ "packaging" "pyproject-hooks" ];
  env = {
    inherit directory;
    src = sources directory files;
    environment = buildEnvironment directory build;
  };
}
