# The platform out of nixpkgs: its names for what ./default.nix asks for.
{ pkgs }:
let
  inherit (pkgs) python311;
in
{
  inherit (pkgs.stdenv.hostPlatform) system;
  inherit (pkgs) bash busybox openssl patchelf cacert tzdata;
  python = python311;
  # Wheels of the manylinux kind may ask for libc, libstdc++ and libgcc_s (PEP 600).
  libraries = pkgs.lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib pkgs.stdenv.cc.libc ];
  loader = pkgs.stdenv.cc.bintools.dynamicLinker;
  pip = "${python311.pkgs.pip}/${python311.sitePackages}";
}
