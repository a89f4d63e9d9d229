# CPython, trimmed and compiled (./finish_python.py).
{ component, tzdata }:
component {
  name = "python";
  python = null;
  patchelf = null;
  finish = ./finish_python.py;
  env = {
    inherit tzdata;
    PYTHONPATH = import ../module.nix ../bytecode.py;
  };
}
