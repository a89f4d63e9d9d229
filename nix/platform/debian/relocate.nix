# component -> a self-contained directory in the store (./relocate.py).
{ system, lock, unpack, interpreter }:
{
  # A name in ../components.json.
  component,
  # Python source to run at the end, in the output directory; null for none.
  finish ? null,
  # Further environment variables of the builder.
  env ? { },
}:
derivation (env // {
  name = component;
  inherit system finish;
  inherit (lock) multiarch loader;
  builder = interpreter.python.loader;
  args = interpreter.python.args ++ [ "-S" "-s" ./relocate.py ];
  PYTHONHOME = "${interpreter.python.root}/usr";
  root = unpack component;
  patchelf = [ interpreter.patchelf.loader ] ++ interpreter.patchelf.args;
})
