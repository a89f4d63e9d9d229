# A locked package -> its files in the shape of a Python prefix (platform.sitePackages, bin).
{ platform, step, modules, installer, fetch, toolLibraries, buildEnvironment }:
name: package:
let
  file = package.sdist or package.wheel or package.wheels.${platform.system} or (throw
    "${name} ${package.version} has no wheel for ${platform.system} in the lock: run ./please lock");
  isSdist = package ? sdist;
in
step {
  # A store path may hold no epoch (PEP 440).
  name = "${name}-${builtins.replaceStrings [ "!" ] [ "-" ] package.version}";
  script = if isSdist then ./steps/build_sdist.py else null;
  module = "install_wheel";
  imports = [ installer ] ++ (if !isSdist then [ ] else
    [ modules.build_backend modules.prefix modules.sdist_archive modules.sdist_source ] ++ toolLibraries [ "packaging" "pyproject-hooks" ]);
  env = (if isSdist then { environment = buildEnvironment name package.build; } else { }) // {
    artifact = fetch name (file // (if package ? index then { inherit (package) index; } else { }));
    inherit (file) file;
  };
}
