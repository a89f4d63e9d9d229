# The name of a locked Debian package -> its .deb, one fixed-output derivation a file.
{ system, lock, mirror, archive ? null, tools }:
let
  inherit (builtins) any baseNameOf mapAttrs match replaceStrings;

  mirrorUrl = (import ./mirror.nix ({ inherit (lock) codename; } // (if mirror == null then { } else { override = mirror; }))).url;

  # "" where no archive is configured.
  archiveUrl = import ./archive.nix (if archive == null then { } else { override = archive; });
  snapshot = if lock.snapshot != null then lock.snapshot else throw
    ("nix/lock/debian/${lock.codename}.json has no `snapshot`, which the archive of Debian snapshots is asked for: "
      + "run ./please lock --platform ${lock.codename}");

  usesTls = any (address: match "https:.*" address != null) [ mirrorUrl archiveUrl ];
  script = import ../../text.nix ./fetch.sh;
  download = import ../../text.nix ../download.sh;

  # lib/please_cli/please_cli/downloads.py reads the url and the size too.
  fixed = package: {
    # Debian writes the colon of an epoch as %3a, which no store path may hold, nor a tilde.
    name = "deb-" + replaceStrings [ "%3a" "~" ] [ "-" "-" ] (baseNameOf package.file);
    url = "${mirrorUrl}/${package.file}";
    # In bytes; nothing writes more.
    size = toString (package.size or (import ../largest_download.nix));
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = package.sha256;
    preferLocalBuild = true;
    impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
  };

  # Each once, whatever components have it.
  debs = mapAttrs
    (_: package: derivation (fixed package // {
      inherit system download;
      builder = "${tools.busybox}/bin/busybox";
      args = [ "sh" script ];
      PATH = if usesTls then "${tools.openssl}/bin" else "";
      inherit (package) file;
      release = lock.codename;
      archived = if archiveUrl == "" then "" else "${archiveUrl}/${snapshot}/${package.file}";
    }))
    lock.packages;
in
{
  # With Nix's own downloader: for the packages that ours is made of. It takes as many bytes as the
  # server sends, and then refuses them by the hash: these five packages alone have no bound. It has
  # one address, so their release has to be frozen.
  plain = name: derivation (fixed lock.packages.${name} // {
    system = "builtin";
    builder = "builtin:fetchurl";
    executable = false;
    unpack = false;
  });

  # With busybox's wget. That costs less; ./fetch.sh also asks the archive for a file that the mirror lacks, and
  # says what to do if neither has it. wget leaves TLS to openssl. Most mirrors are configured without TLS, and
  # then no fetch waits for openssl.
  deb = name: debs.${name};
}
