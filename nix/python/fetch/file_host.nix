# A file of the lock, from pip's default file host.
#
# The host serves a file below its BLAKE2b digest, and the platform's pip knows that host, so no
# address stands here and no index page is read.
{ platform, fixed }:
let
  inherit (builtins) substring;

  text = import ../../text.nix;
  script = text ./fetch_file.sh;
  download = text ../../platform/download.sh;

  # The host that pip's default index has its files on: a file with its name.
  fileHost = derivation {
    name = "file-host";
    inherit (platform) system pipIndex;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" (text ./file_host.sh) ];
    # Debian's busybox runs its applets by itself, nixpkgs' by their links.
    PATH = "${platform.busybox}/bin";
  };
in
# lib/please_cli/please_cli/downloads.py reads fileHost, path and size too.
artifact: derivation (fixed artifact // {
  inherit fileHost;
  builder = "${platform.busybox}/bin/busybox";
  args = [ "sh" script ];
  PATH = "${platform.busybox}/bin:${platform.openssl}/bin";
  inherit download;
  path = "/packages/${substring 0 2 artifact.blake2b}/${substring 2 2 artifact.blake2b}/${substring 4 60 artifact.blake2b}/${artifact.file}";
  impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
})
