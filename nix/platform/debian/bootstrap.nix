# The first tools: a static busybox, and an openssl for its wget.
{ system, lock, fetch }:
rec {
  # The one impure step: whatever /bin/sh the builder finds (the sandbox's busybox, or the
  # host's shell with dpkg-deb or ar) takes busybox out of its package; the hash is pinned.
  busybox = derivation {
    name = "busybox";
    inherit system;
    builder = "/bin/sh";
    args = [ ./extract_busybox.sh ];
    PATH = "/usr/bin:/bin";
    deb = fetch.plain "busybox-static";
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = lock.busybox;
    preferLocalBuild = true;
  };

  # Runs through its own loader, because patchelf cannot be had yet. Its packages are fetched by
  # Nix's own downloader, because this is what the other one needs.
  openssl = derivation {
    name = "openssl";
    inherit system busybox;
    inherit (lock) multiarch loader;
    builder = "${busybox}/bin/busybox";
    args = [ "sh" ./wrap_openssl.sh ];
    unpack = ./unpack.sh;
    debs = map fetch.plain (lock.component "openssl");
  };
}
