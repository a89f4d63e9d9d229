# CPython, trimmed and compiled (./prepare_python.py).
{ component, base, tzdata }:
component {
  name = "python";
  python = null;
  inherit base;
  env = {
    inherit tzdata;
    prepare = ./prepare_python.py;
    PYTHONPATH = import ../module.nix ../bytecode.py;
  };
}
