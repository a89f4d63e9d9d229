# A component of ../releases/<release>.toml -> a self-contained directory in the store.
#
# Busybox unpacks its packages (./component.sh), then Python makes a prefix of them that runs from
# the store and finds nothing of the host (./relocate.py).
{ system, lock, fetch, tools, platform }:
let
  text = import ../../text.nix;

  # No program in the store reads documentation or the files of an installed system. Nor does Python
  # need locales and gconv modules: without a locale it is in UTF-8 mode (PEP 540), with its own codecs.
  litter = [
    "etc/cron*"
    "etc/default"
    "etc/init.d"
    "etc/ld.so.conf*"
    "etc/logrotate.d"
    "etc/skel"
    "lib/*-linux-gnu/audit"
    "lib/*-linux-gnu/gconv"
    "lib/locale"
    "lib/systemd"
    "lib64"
    "share/applications"
    "share/bug"
    "share/doc"
    "share/doc-base"
    "share/gcc/python"
    "share/gdb"
    "share/info"
    "share/lintian"
    "share/locale"
    "share/man"
    "share/menu"
    "share/pixmaps"
    "var"
  ];
in
{
  # The name of the component.
  name,
  # What relocates it; null for Python itself, which starts with its own packages.
  python ? "${platform.python}/bin/python3",
  # A prefix that it is made of, besides its packages; null for none.
  base ? null,
  # Directories of libraries that its programs take from other components.
  libraries ? [ ],
  # Globs of files that are deleted, besides those that the release names.
  prune ? [ ],
  # Python source to run at the end, in the output directory; null for none.
  finish ? null,
  # Further environment variables of the builder.
  env ? { },
}:
derivation (env // {
  inherit name system python base libraries finish;
  inherit (lock) multiarch loader;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" (text ./component.sh) ];
  unpack = text ./unpack.sh;
  relocate = text ./relocate.py;
  # Without the sandbox, root could write into the store that this runs from.
  PYTHONDONTWRITEBYTECODE = "1";
  debs = map fetch.deb (lock.component name);
  patchelf = "${platform.patchelf}/bin/patchelf";
  prune = litter ++ prune ++ lock.prune name;
})
