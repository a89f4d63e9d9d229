# A locked package that is an sdist -> the file METADATA that its build backend makes (PEP 517).
#
# `please lock` builds it where an sdist does not state what it requires.
{ step, modules, fetch, toolLibraries, buildEnvironment }:
name: package:
step {
  name = "${name}-metadata";
  script = ./steps/describe_sdist.py;
  imports = [ modules.build_backend modules.prefix modules.sdist_archive modules.sdist_source ] ++ toolLibraries [ "packaging" "pyproject-hooks" ];
  env = {
    environment = buildEnvironment name package.build;
    artifact = fetch name (package.sdist // { inherit (package) index; });
    inherit (package.sdist) file;
  };
}
