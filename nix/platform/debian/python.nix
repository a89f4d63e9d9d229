# CPython, trimmed and compiled (./finish_python.py).
{ relocate, tzdata }:
relocate {
  component = "python";
  finish = ./finish_python.py;
  env = {
    inherit tzdata;
    PYTHONPATH = import ../module.nix ../bytecode.py;
  };
}
