# What installs a wheel, as a directory of modules.
{ platform, step }:
# Compiled, because each of the forty wheels of a first build starts with it.
import ./compiled.nix { inherit step; } {
  name = "wheel-installer";
  files = [
    ../platform/bytecode.py
    ./steps/archive.py
    ./steps/compiled_code.py
    ./steps/install_wheel.py
    ./steps/prefix.py
    ./steps/variables.py
    ./steps/wheel_errors.py
    ./steps/wheel_file.py
    ./steps/wheel_tags.py
    ./steps/zip_archive.py
  ];
  # Here, because as variables of each wheel they would cost each evaluation time.
  variables = {
    busybox = "${platform.busybox}/bin/busybox";
    # For the compiled code that comes inside a wheel.
    inherit (platform) loader libc cxx;
    patchelf = "${platform.patchelf}/bin/patchelf";
    strip = "${platform.elfutils}/bin/eu-strip";
  };
}
