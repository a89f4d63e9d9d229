# A build step: a Python file of ./steps, run by the platform's Python.
{ platform }:
{
  # The name of the derivation.
  name,
  # The step's Python file, a path; null where its main() is that of `module`, which it imports.
  script ? null,
  module ? null,
  # What it imports, as directories: of ./modules.nix, and of packages.
  imports ? [ ],
  # The variables that its docstring asks for.
  env ? { },
}:
derivation (env // {
  inherit name;
  inherit (platform) system;
  builder = "${platform.python}/bin/python3";
  args = [ "-S" "-s" ] ++ (if script != null then [ script ] else [ "-c" "import ${module}; ${module}.main()" ]);
  # Nix gives a builder no directory in argv[0]: without PATH, Python would look for itself in /usr.
  PATH = "${platform.python}/bin";
  PYTHONHASHSEED = "0";
  # Without the sandbox, root could write beside the sources of the modules below.
  PYTHONDONTWRITEBYTECODE = "1";
  PYTHONPATH = builtins.concatStringsSep ":" imports;
})
