# A file of the lock ({ file, sha256, blake2b }) -> that file, one fixed-output derivation each.
#
# pip's file host serves a file below its BLAKE2b digest, and the platform's pip knows that host,
# so no address stands here and no index page is read. Where the machine's pip is configured for
# another index, pip's own finder fetches, as configured there.
{ platform }:
let
  inherit (builtins) elemAt filter getEnv head match pathExists readFile replaceStrings substring;

  # pip's configuration files, the one that wins first
  # (pip.pypa.io/en/stable/topics/configuration).
  home = getEnv "HOME";
  configurationFiles = filter (path: path != "" && substring 0 1 path == "/" && pathExists path) [
    (getEnv "PIP_CONFIG_FILE")
    "${home}/.config/pip/pip.conf"
    "${home}/.pip/pip.conf"
    "/etc/pip.conf"
    "/etc/xdg/pip/pip.conf"
  ];
  setting = name: path:
    let m = match "(.*\n)?[ \t]*${name}[ \t]*[=:][ \t]*([^\n]*[^ \t\n])[ \t]*(\n.*)?" (readFile path); in
    if m == null then [ ] else [ (elemAt m 1) ];
  configured = name: variable:
    filter (value: value != "") ([ (getEnv variable) ] ++ builtins.concatMap (setting name) configurationFiles);
  firstOr = default: list: if list == [ ] then default else head list;

  index = firstOr "" (configured "index-url" "PIP_INDEX_URL");
  certificates = firstOr "" (configured "cert" "PIP_CERT");

  fixed = artifact: {
    # Named so that Nix takes it after the platform's files; see ../platform/debian/fetch.nix.
    name = "file-" + replaceStrings [ "!" ] [ "-" ] artifact.file;
    inherit (platform) system pip;
    inherit (artifact) file;
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = artifact.sha256;
    preferLocalBuild = true;
    impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
  };

  fromFileHost = artifact: derivation (fixed artifact // {
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" ./fetch_file.sh ];
    PATH = "${platform.openssl}/bin";
    download = ../platform/download.sh;
    path = "${substring 0 2 artifact.blake2b}/${substring 2 2 artifact.blake2b}/${substring 4 60 artifact.blake2b}/${artifact.file}";
  });

  fromIndex = project: artifact: derivation (fixed artifact // {
    inherit project;
    builder = "${platform.python}/bin/python3.11";
    args = [ "-S" "-s" ./steps/fetch_from_index.py ];
    PATH = "${platform.python}/bin";
    PYTHONPATH = platform.pip;
    PIP_INDEX_URL = index;
    PIP_EXTRA_INDEX_URL = toString (configured "extra-index-url" "PIP_EXTRA_INDEX_URL");
    PIP_TRUSTED_HOST = toString (configured "trusted-host" "PIP_TRUSTED_HOST");
    PIP_CERT =
      if certificates == "" then "${platform.cacert}/etc/ssl/certs/ca-bundle.crt"
      else builtins.path { name = "certificates"; path = certificates; };
  });
in
# The project's name, as the index knows it; the file, as the lock describes it.
project: artifact:
if index == "" && artifact ? blake2b then fromFileHost artifact else fromIndex project artifact
