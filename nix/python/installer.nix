# What installs a wheel, as a directory of modules.
{ step, modules }:
# Compiled, because each of the forty wheels of a first build starts with it.
import ./compiled.nix { inherit step modules; } {
  name = "wheel-installer";
  files = [
    ../platform/bytecode.py
    ./steps/archive.py
    ./steps/compiled_code.py
    ./steps/install_wheel.py
    ./steps/prefix.py
    ./steps/wheel_errors.py
    ./steps/wheel_file.py
    ./steps/wheel_tags.py
    ./steps/zip_archive.py
  ];
}
