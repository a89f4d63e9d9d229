# A component of ../releases/<release>.toml of which only some files are wanted -> those files.
{ system, lock, fetch, tools }:
let unpackSh = import ../../text.nix ./unpack.sh; in
{
  name,
  # The name of the component.
  component ? name,
  # Shell commands that make $out of $debs; they may call `unpack` (./unpack.sh).
  take,
}:
derivation {
  inherit name system;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" "-euc" ". \"$unpack\"; ${take}" ];
  unpack = unpackSh;
  debs = map fetch.deb (lock.component component);
}
