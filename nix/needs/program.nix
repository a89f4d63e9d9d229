# bin/needs: a command with the platform's Python, which finds nothing but the program's own code.
{ platform, code }:
derivation {
  name = "needs";
  inherit (platform) system python sitePackages;
  inherit code;
  builder = "${platform.busybox}/bin/busybox";
  args = [ "sh" ./write_command.sh ];
  PATH = "${platform.busybox}/bin";
}
