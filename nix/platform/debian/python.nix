# CPython, trimmed and compiled (./finish_python.py).
{ component, base, tzdata }:
component {
  name = "python";
  python = null;
  patchelf = null;
  inherit base;
  finish = ./finish_python.py;
  env = {
    inherit tzdata;
    PYTHONPATH = import ../module.nix ../bytecode.py;
  };
}
