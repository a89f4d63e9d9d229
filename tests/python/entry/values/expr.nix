# Which values are taken: those of a package, and those of its file.
{ nix }:
let
  inherit (builtins) deepSeq mapAttrs tryEval;
  check = import (nix + "/python/entry.nix") { path = "nix/lock/python/default.json"; system = "x86_64-linux"; };
  taken = name: package: (tryEval (deepSeq (check name package) true)).success;
  sha256 = "00000000000000000000000000000000000000000000000000000000000000ff";
  file = { inherit sha256; file = "acme-1.0-1_x-py3-none-any.whl"; size = 10; };
  acme = { version = "1!1.0+local"; index = "index-url"; requires = [ "brush" "paint[oil]" ]; wheel = file; };
  sdist = { version = "1.0"; sdist = file; };
in
{
  names = mapAttrs (name: _: taken name acme) { acme = 1; flit-core = 1; Acme = 1; a_b = 1; "../a" = 1; "a/b" = 1; "a\nb" = 1; };
  packages = mapAttrs (_: change: taken "acme" (acme // change)) {
    same = { };
    path = { version = "../.."; };
    lines = { version = "1\n2"; };
    number = { version = 1; };
    index = { index = [ "a" ]; };
    wheel = { wheel = "x"; };
    wheels = { wheels = [ file ]; };
    requires = { requires = "brush"; };
    numbers = { requires = [ 1 ]; };
  };
  builds = mapAttrs (_: build: taken "acme" (sdist // { inherit build; })) { text = "flit-core<4,>=3"; names = [ "flit-core" ]; number = 1; };
  files = mapAttrs (_: change: taken "acme" (acme // { wheel = file // change; })) {
    same = { blake2b = sha256; };
    path = { file = "a/b"; };
    parent = { file = ".."; };
    shell = { file = "$(id).whl"; };
    lines = { file = "a\nb.whl"; };
    empty = { file = ""; };
    md5 = { sha256 = "d41d8cd98f00b204e9800998ecf8427e"; };
    other = { sha256 = "md5:d41d8cd98f00b204e9800998ecf8427e"; };
    none = { sha256 = ""; };
    blake = { blake2b = "../.."; };
    zero = { size = 0; };
    negative = { size = -1; };
    fraction = { size = 1.5; };
    text = { size = "10; id"; };
  };
}
