# The platform out of nixpkgs: its names for what ../default.nix asks for.
#
# Nothing is assumed of the version of nixpkgs: a package that it lacks is an error when it is asked for.
{
  # The Nix system to build for, which is that of `pkgs` too.
  system,
  # nixpkgs as an attribute set.
  pkgs,
  # The version of Python, such as "3.13".
  pythonVersion,
}:
let
  package = import ./package.nix { pkgs = import ./package_set.nix { inherit pkgs system; }; };
  inherit (package.of "stdenv") cc;
  python = import ./python.nix { inherit package pythonVersion; };
  busybox = package.of "busybox";
  unpacked = import ./pip.nix { inherit system python busybox; };
in
rec {
  inherit system python busybox;
  isFrozen = true;
  # With line editing, which the package `bash` lacks.
  bash = package.of "bashInteractive";
  cacert = package.of "cacert";
  elfutils = package.of "elfutils";
  openssl = package.of "openssl";
  patchelf = package.of "patchelf";
  tzdata = package.of "tzdata";
  server = import ./servers.nix { inherit package; };
  inherit (python) sitePackages;
  abi = "cp${builtins.replaceStrings [ "." ] [ "" ] python.pythonVersion}";
  loader = cc.bintools.dynamicLinker;
  libc = "${cc.libc}/lib";
  # With C.utf8, which glibc comes with.
  locale = "${libc}/locale";
  cxx = "${cc.cc.lib}/lib";
  inherit (unpacked) pip pipIndex;
}
