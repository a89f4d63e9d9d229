# The time zone database.
{ system, tools, unpack }:
derivation {
  name = "tzdata";
  inherit system;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" "-euc" ''mkdir -p "$out/share"; cp -R "$root/usr/share/zoneinfo" "$out/share"'' ];
  root = unpack "tzdata";
}
