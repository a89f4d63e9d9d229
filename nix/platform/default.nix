# The platform: the few things that the toolchain does not build from the Python lock.
#
# Two implementations answer to the same names, and nothing else in the tree knows which of
# them it got: ./debian (the embedded default) and ./nixpkgs (with `pkgs`).
#
#   system       the Nix system that everything is built for
#   isFrozen     whether all files that it is made of stay where they are fetched from
#   python       CPython: bin/python3
#   sitePackages the directory of packages in a Python prefix, lib/python<version>/site-packages
#   abi          the tag of its ABI in the names of wheels (PEP 425)
#   loader       the dynamic loader for executables that come inside wheels
#   libc         the directory where they find libc and what belongs to it
#   cxx          the directory where compiled code in wheels finds libstdc++
#   busybox      bin/busybox, static: the shell of builders, and the unzip of wheels
#   openssl      bin/openssl: the TLS of busybox's wget
#   pip          a directory with pip's package in it, for its downloader
#   pipIndex     pip's module of its default index, a file
#   patchelf     bin/patchelf
#   elfutils     bin/eu-strip
#   bash         bin/bash: the shell of development shells
#   cacert       etc/ssl/certs/ca-bundle.crt
#   tzdata       share/zoneinfo
#   locale       the directory with the locale C.utf8, for LOCPATH (setlocale(3))
#   server       a function: the name of a server of ../needs/servers -> a prefix with the programs
#                that its module runs, such as bin/redis-server; null, or an error that says why, where the
#                platform has no such server
{
  # The Nix system to build for, a string; that of `pkgs` too.
  system,
  # nixpkgs as an attribute set; null for the embedded platform.
  pkgs ? null,
  # The Debian release to take the embedded platform from; with nixpkgs, the one whose Python is meant.
  release,
  # The base URL of a Debian mirror; null to take it from the machine's apt configuration.
  mirror ? null,
  # The base URL of an archive of Debian snapshots; null to take it from SERVICES_DEBIAN_ARCHIVE.
  archive ? null,
}:
if pkgs != null then import ./nixpkgs { inherit system pkgs; inherit (import ./releases.nix release) pythonVersion; }
else import ./debian { inherit system release mirror archive; }
