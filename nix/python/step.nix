# A build step: a Python file of ./steps, run by the platform's Python.
{ platform }:
let
  # A directory with one module in it, so that an edit to another module rebuilds nothing.
  alone = module: builtins.path {
    name = "step";
    path = dirOf module;
    filter = path: _: path == toString module;
  };
in
{
  # The name of the derivation.
  name,
  # The step's Python file, a path.
  script,
  # Further modules that it imports, as paths.
  modules ? [ ],
  # Directories with packages that it imports.
  libraries ? [ ],
  # The variables that its docstring asks for.
  env ? { },
}:
derivation (env // {
  inherit name;
  inherit (platform) system;
  builder = "${platform.python}/bin/python3.11";
  args = [ "-S" "-s" script ];
  # Nix gives a builder no directory in argv[0]: without PATH, Python would look for itself in /usr.
  PATH = "${platform.python}/bin";
  PYTHONHASHSEED = "0";
  PYTHONPATH = builtins.concatStringsSep ":" (map alone modules ++ libraries);
})
