# The platform out of nixpkgs: its names for what ./default.nix asks for.
{
  # nixpkgs as an attribute set.
  pkgs,
  # The version of Python, such as "3.13".
  pythonVersion,
}:
let
  python = pkgs."python${builtins.replaceStrings [ "." ] [ "" ] pythonVersion}";

  # The servers whose package has another name; null where nixpkgs has no package.
  servers = {
    oidc = null;
    postgresql = pkgs.postgresql_15;
    rabbitmq = pkgs.symlinkJoin { name = "rabbitmq"; paths = [ pkgs.rabbitmq-server pkgs.erlang ]; };
  };
in
rec {
  inherit python;
  inherit (pkgs) bash busybox cacert elfutils openssl patchelf tzdata;
  server = name: servers.${name} or pkgs.${name} or null;
  inherit (python) sitePackages;
  abi = "cp${builtins.replaceStrings [ "." ] [ "" ] python.pythonVersion}";
  inherit (pkgs.stdenv.hostPlatform) system;
  loader = pkgs.stdenv.cc.bintools.dynamicLinker;
  libc = "${pkgs.stdenv.cc.libc}/lib";
  # With C.utf8, which glibc comes with.
  locale = "${libc}/locale";
  cxx = "${pkgs.stdenv.cc.cc.lib}/lib";
  pip = "${python.pkgs.pip}/${python.sitePackages}";
  pipIndex = "${pip}/pip/_internal/models/index.py";
}
