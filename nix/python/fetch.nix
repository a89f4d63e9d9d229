# A file of the lock ({ file, sha256, blake2b }) -> that file, one fixed-output derivation each.
#
# pip's file host serves a file below its BLAKE2b digest, and the platform's pip knows that host,
# so no address stands here and no index page is read. Where the machine's pip is configured for
# another index, pip's own finder fetches, as configured there.
{ platform }:
let
  inherit (builtins) concatMap filter getEnv head isString match pathExists readFile replaceStrings split substring;

  # pip's configuration files, the one that wins first
  # (pip.pypa.io/en/stable/topics/configuration). They are only looked at for what a builder in a
  # sandbox cannot know by itself; whatever else the winning one says, pip reads there.
  home = getEnv "HOME";
  configHome = getEnv "XDG_CONFIG_HOME";
  files = filter (path: substring 0 1 path == "/" && pathExists path) [
    (getEnv "PIP_CONFIG_FILE")
    "${if configHome == "" then "${home}/.config" else configHome}/pip/pip.conf"
    "${home}/.pip/pip.conf"
    "/etc/pip.conf"
    "/etc/xdg/pip/pip.conf"
  ];
  # The values of a setting in a file; it stands on one line.
  values = name: file: concatMap
    (line:
      let m = if isString line then match "[ \t]*${name}[ \t]*[=:][ \t]*(.*[^ \t])[ \t]*" line else null; in
      if m == null then [ ] else m)
    (split "\n" (readFile file));
  indexed = filter (file: values "index[-_]url" file != [ ]) files;
  certificates = filter (path: path != "") ([ (getEnv "PIP_CERT") ] ++ concatMap (values "cert") files);
  # busybox's wget cannot ask a proxy for TLS; pip can.
  usesDefaultIndex = getEnv "PIP_INDEX_URL" == "" && indexed == [ ] && getEnv "https_proxy" == "";

  fixed = artifact: {
    # Nix starts what it can in the order of names: after the platform's own files (deb-…) and the
    # interpreter that is made of them, so that these arrive while that is built.
    name = "upstream-" + replaceStrings [ "!" ] [ "-" ] artifact.file;
    inherit (platform) system;
    inherit (artifact) file;
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = artifact.sha256;
    preferLocalBuild = true;
    impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
  };

  # The host that pip's default index has its files on: a file with its name.
  fileHost = derivation {
    name = "file-host";
    inherit (platform) system pipIndex;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" ./file_host.sh ];
    # Debian's busybox runs its applets by itself, nixpkgs' by their links.
    PATH = "${platform.busybox}/bin";
  };

  # lib/please_cli/please_cli/downloads.py reads fileHost and path too.
  fromFileHost = artifact: derivation (fixed artifact // {
    inherit fileHost;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" ./fetch_file.sh ];
    PATH = "${platform.busybox}/bin:${platform.openssl}/bin";
    download = ../platform/download.sh;
    path = "/packages/${substring 0 2 artifact.blake2b}/${substring 2 2 artifact.blake2b}/${substring 4 60 artifact.blake2b}/${artifact.file}";
  });

  fromIndex = project: artifact: derivation (fixed artifact // {
    inherit project;
    builder = "${platform.python}/bin/python3";
    args = [ "-S" "-s" ./steps/fetch_from_index.py ];
    PATH = "${platform.python}/bin";
    PYTHONPATH = platform.pip;
    # Taken from the environment at build time, since they may hold credentials.
    impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" "PIP_INDEX_URL" "PIP_EXTRA_INDEX_URL" "PIP_TRUSTED_HOST" ];
    PIP_CONFIG_FILE =
      if indexed == [ ] then "/dev/null"
      else builtins.path { name = "pip.conf"; path = head indexed; };
    PIP_CERT =
      if certificates == [ ] then "${platform.cacert}/etc/ssl/certs/ca-bundle.crt"
      else builtins.path { name = "certificates"; path = head certificates; };
  });
in
# The project's name, as the index knows it; the file, as the lock describes it.
project: artifact:
if usesDefaultIndex && artifact ? blake2b then fromFileHost artifact else fromIndex project artifact
