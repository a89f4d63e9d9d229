# The pip that Debian ships for bootstrapping (python3-pip-whl), unpacked.
{ system, tools, unpack }:
derivation {
  name = "pip";
  inherit system;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" "-euc" ''mkdir "$out"; unzip -q "$root"/usr/share/python-wheels/pip-*.whl -d "$out"'' ];
  root = unpack "pip";
}
