# The modules of `needs`, in the shape of a Python prefix.
{ python }:
python.step {
  name = "needs-code";
  module = "install_source";
  imports = [ python.memberInstaller ];
  env = {
    module = "needs";
    directory = "nix";
    src = builtins.path {
      name = "source";
      path = ../.;
      # Whatever name a server has: see ./names.nix.
      filter = path: _: builtins.match ".*/nix/needs(/servers)?(/[A-Za-z0-9_-]+\\.py)?" path != null;
    };
  };
}
