# The modules that build steps share, each as a directory for PYTHONPATH, made once.
builtins.mapAttrs (_: import ../platform/module.nix) {
  archive = ./steps/archive.py;
  bytecode = ../platform/bytecode.py;
  build_backend = ./steps/build_backend.py;
  collisions = ./steps/collisions.py;
  compiled_code = ./steps/compiled_code.py;
  declared = ./steps/declared.py;
  entry_points = ./steps/entry_points.py;
  install_wheel = ./steps/install_wheel.py;
  link_bytecode = ./steps/link_bytecode.py;
  link_environment = ./steps/link_environment.py;
  merge = ./steps/merge.py;
  member_record = ./steps/member_record.py;
  pip_configuration = ./steps/pip_configuration.py;
  patience = ./steps/patience.py;
  prefix = ./steps/prefix.py;
  same_program = ./steps/same_program.py;
  scripts = ./steps/scripts.py;
  sdist_archive = ./steps/sdist_archive.py;
  source_links = ./steps/source_links.py;
  wheel_errors = ./steps/wheel_errors.py;
  wheel_file = ./steps/wheel_file.py;
  wheel_tags = ./steps/wheel_tags.py;
  zip_archive = ./steps/zip_archive.py;
}
