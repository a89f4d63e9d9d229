# A component -> its programs, to make Python and the wheels with: so they are made without Python.
{ system, lock, fetch, tools }:
{
  # The name of the component.
  name,
  # The programs of it that are wanted, a list of names.
  programs,
  # Directories of libraries that they need besides those of their packages, libc's first.
  libraries,
  # The command of patchelf; null where that is what this makes.
  patchelf,
}:
derivation {
  inherit name system programs libraries patchelf;
  inherit (lock) multiarch loader;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" ./tool.sh ];
  unpack = ./unpack.sh;
  debs = map fetch.deb (lock.component name);
}
