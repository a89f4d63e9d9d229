# CPython, trimmed and compiled (./finish_python.py).
{ relocate, tzdata }:
relocate {
  component = "python";
  finish = ./finish_python.py;
  env = {
    inherit tzdata;
    PYTHONPATH = builtins.path { name = "steps"; path = ../.; filter = path: _: baseNameOf path == "bytecode.py"; };
  };
}
