# A locked package -> its files in the shape of a Python prefix (lib/python3.11/site-packages, bin).
{ platform, step, fetch, installer, buildLibraries }:
let
  inherit (platform) system;

  installed = name: package: extra: {
    name = "${name}-${package.version}";
    modules = [ ../platform/bytecode.py ./steps/compiled_code.py ] ++ extra.modules or [ ];
    libraries = [ installer ] ++ extra.libraries or [ ];
    inherit (extra) script;
    env = extra.env // {
      # For the compiled code that comes inside a wheel.
      inherit (platform) loader libc cxx;
      patchelf = "${platform.patchelf}/bin/patchelf";
      strip = "${platform.elfutils}/bin/eu-strip";
    };
  };
in
name: package:
if package ? sdist then
  step
    (installed name package {
      script = ./steps/build_sdist.py;
      modules = [ ./steps/install_wheel.py ];
      libraries = buildLibraries (package.build or [ "setuptools" ]);
      env.sdist = fetch name package.sdist;
      env.file = package.sdist.file;
    })
else
  let
    wheel = package.wheel or package.wheels.${system} or (throw
      "${name} ${package.version} has no wheel for ${system} in nix/lock/python.json: run ./please lock");
  in
  step (installed name package {
    script = ./steps/install_wheel.py;
    env.wheel = fetch name wheel;
    env.file = wheel.file;
  })
