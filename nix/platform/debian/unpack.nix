# component -> a directory with the files of its packages, as Debian lays them out.
{ system, lock, fetch, tools }:
component: derivation {
  name = "${component}-unpacked";
  inherit system;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" ./unpack.sh ];
  debs = map fetch.deb (lock.component component);
  prune = lock.prune component;
}
