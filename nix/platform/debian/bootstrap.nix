# The first tools: a static busybox, and an openssl for its wget.
#
# A release that has them fetches the packages of openssl with Nix's own downloader, because ours needs openssl.
# A release without them takes those of another release.
{
  system,
  lock,
  fetch,
  # The busybox to go on with, which may come from another release.
  busybox,
}:
let
  text = import ../../text.nix;
  get = if lock.has "openssl" then fetch.plain else fetch.deb;
  base = derivation {
    name = "base";
    inherit system;
    builder = "${busybox}/bin/busybox";
    args = [ "sh" (text ./base.sh) ];
    unpack = text ./unpack.sh;
    # libc's own, of which the libraries alone are wanted, and the others.
    libc = get "libc6";
    files = lock.files "base";
    debs = map get (builtins.filter (name: name != "libc6") (lock.component "base"));
  };
in
{
  # The one impure step: whatever /bin/sh the builder finds (the sandbox's busybox, or the
  # host's shell with dpkg-deb or ar) takes busybox out of its package; the hash is pinned.
  busybox = derivation {
    name = "busybox";
    inherit system;
    builder = "/bin/sh";
    args = [ (text ./extract_busybox.sh) ];
    PATH = "/usr/bin:/bin";
    deb = fetch.plain "busybox-static";
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = lock.busybox;
    preferLocalBuild = true;
  };

  # libc and libssl, of which Python is made too: they are most of what is to be decompressed.
  inherit base;

  # Runs through the loader, because patchelf is made later.
  openssl = derivation {
    name = "openssl";
    inherit system busybox base;
    inherit (lock) multiarch loader;
    builder = "${busybox}/bin/busybox";
    args = [ "sh" (text ./wrap_openssl.sh) ];
    debs = map fetch.plain (lock.component "openssl");
  };
}
