# The modules that build steps share, each as a directory for PYTHONPATH, made once.
builtins.mapAttrs (_: import ../platform/module.nix) {
  bytecode = ../platform/bytecode.py;
  build_backend = ./steps/build_backend.py;
  compare_copies = ./steps/compare_copies.py;
  declared = ./steps/declared.py;
  member_sources = ./steps/member_sources.py;
  patience = ./steps/patience.py;
  pip_configuration = ./steps/pip_configuration.py;
  prefix = ./steps/prefix.py;
  sdist_archive = ./steps/sdist_archive.py;
  sdist_source = ./steps/sdist_source.py;
  source_links = ./steps/source_links.py;
  unpackaged = ./steps/unpackaged.py;
}
