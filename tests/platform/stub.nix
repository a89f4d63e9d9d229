# What ../../nix/platform/nixpkgs.nix asks of nixpkgs, under the same names, made of the embedded
# platform's derivations.
{ system ? builtins.currentSystem }:
let
  embedded = import ../../nix/platform { inherit system; release = "bookworm"; };

  # A directory with one symlink in it.
  linked = name: path: target: derivation {
    inherit name system path target;
    builder = "${embedded.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''mkdir -p "$out/$(dirname "$path")"; ln -s "$target" "$out/$path"'' ];
  };

  # glibc brings the locale C.UTF-8.
  libc = derivation {
    name = "libc";
    inherit system;
    inherit (embedded) libc locale;
    builder = "${embedded.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''mkdir -p "$out/lib"; ln -s "$libc"/* "$out/lib"; ln -s "$locale" "$out/lib/locale"'' ];
  };
in
{
  inherit (embedded) bash busybox cacert elfutils openssl patchelf tzdata;
  redis = embedded.server "redis";
  postgresql_15 = embedded.server "postgresql";
  rabbitmq-server = embedded.server "rabbitmq";
  erlang = embedded.server "rabbitmq";
  symlinkJoin = { name, paths }: builtins.seq name (builtins.head paths);
  stdenv = {
    hostPlatform = { inherit system; };
    cc = {
      inherit libc;
      cc.lib = linked "cc-lib" "lib" embedded.cxx;
      bintools.dynamicLinker = embedded.loader;
    };
  };
  python311 = embedded.python // {
    pythonVersion = "3.11";
    sitePackages = "lib/python3.11/site-packages";
    pkgs.pip = linked "python3.11-pip" "lib/python3.11/site-packages" embedded.pip;
  };
}
