# CPython, trimmed and compiled (./prepare_python.py).
{ component, base, tzdata, pythonVersion }:
let
  module = import ../module.nix;
  text = import ../../text.nix;
in
component {
  name = "python";
  python = null;
  inherit base;
  env = {
    inherit tzdata;
    program = "python${pythonVersion}";
    prepare = text ./prepare_python.py;
    readOnlyStore = text ../read_only_store.py;
    PYTHONPATH = "${module ../bytecode.py}:${module ./relocate.py}";
  };
}
