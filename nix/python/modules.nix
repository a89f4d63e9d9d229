# The modules that build steps share, each as a directory for PYTHONPATH, made once.
builtins.mapAttrs (_: import ../platform/module.nix) {
  archive = ./steps/archive.py;
  bytecode = ../platform/bytecode.py;
  build_backend = ./steps/build_backend.py;
  compiled_code = ./steps/compiled_code.py;
  declared = ./steps/declared.py;
  install_wheel = ./steps/install_wheel.py;
  prefix = ./steps/prefix.py;
  wheel_file = ./steps/wheel_file.py;
  zip_archive = ./steps/zip_archive.py;
}
