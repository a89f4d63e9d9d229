# The servers that members ask for, and the program that starts them.
{ platform, python }:
let
  # The servers that can be asked for: ./catalogue.py has the same names.
  servers = { inherit (platform) postgresql redis; };
  names = builtins.attrNames servers;

  code = python.step {
    name = "needs-code";
    script = ../python/steps/install_source.py;
    modules = [ ../platform/bytecode.py ];
    env = {
      module = "needs";
      src = builtins.path {
        name = "source";
        path = ../.;
        filter = path: _: builtins.match ".*/needs(/servers)?(/[a-z_]+\\.py)?" path != null;
      };
    };
  };
in
{
  inherit names servers;

  # bin/needs; no server is in its closure: they come by the variable NEEDS_SERVERS.
  program = derivation {
    name = "needs";
    inherit (platform) system python;
    inherit code;
    busybox = "${platform.busybox}/bin/busybox";
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" ./write_command.sh ];
  };

  # Lists of names -> the names in any of them, once each.
  union = lists: builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) (builtins.concatLists lists)));

  # Names of servers -> the value of NEEDS_SERVERS. `where` says who asks.
  variable = where: asked:
    toString (map
      (name: "${name}=${servers.${name} or (throw
        "${where}: there is no server ${name} to need; there are: ${toString names}")}")
      asked);
}
