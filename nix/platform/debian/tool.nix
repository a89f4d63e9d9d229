# A component of ../releases/<release>.toml -> one of its programs, made without Python: Python itself and the
# wheels are made with it. Its loader is Debian's own: without the sandbox, /etc/ld.so.preload counts.
{ system, lock, fetch, tools, platform }:
{
  # The name of the component.
  name,
  # The program of it that is wanted.
  program,
  # Directories of libraries that it needs besides libc and those of its packages.
  libraries ? [ ],
  # What patches it, a command; null for patchelf itself.
  patchelf ? "${platform.patchelf}/bin/patchelf",
}:
let
  text = import ../../text.nix;
  libc = "${tools.base}/lib/${lock.multiarch}";
in
derivation {
  inherit name system program patchelf;
  inherit (lock) multiarch;
  loader = "${libc}/${lock.loader}";
  libraries = builtins.concatStringsSep ":" ([ libc ] ++ libraries);
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" (text ./tool.sh) ];
  unpack = text ./unpack.sh;
  debs = map fetch.deb (lock.component name);
}
