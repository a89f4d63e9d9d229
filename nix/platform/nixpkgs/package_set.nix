# Return `pkgs`, as --arg pkgs gives it, if it is nixpkgs for a system; else an error that says what it is.
#
# Example: { pkgs = import <nixpkgs> { }; system = "x86_64-linux"; }
# Type: { pkgs, system } -> attrset
{ pkgs, system }:
let
  inherit (builtins) isAttrs isFunction isString typeOf;

  fail = what: throw "pkgs is ${what}";
  path = toString pkgs;
  platform = pkgs.stdenv.hostPlatform;
  libc = platform.libc or "glibc";
in
if builtins.isPath pkgs || isString pkgs then fail "the path ${path}, not a set of packages: import it, --arg pkgs 'import ${path} { }'"
else if isFunction pkgs || pkgs ? __functor then fail "a function, not a set of packages: call it, --arg pkgs 'import <nixpkgs> { }'"
else if !isAttrs pkgs then fail "of the type ${typeOf pkgs}, not a set of packages: pass nixpkgs, --arg pkgs 'import <nixpkgs> { }'"
else if !(pkgs ? stdenv.hostPlatform) then fail (
  if pkgs ? legacyPackages then "a flake, not a set of packages: pass its legacyPackages.${system}"
  else "a set without stdenv, so it is not nixpkgs: pass nixpkgs, --arg pkgs 'import <nixpkgs> { }'"
)
else if libc != "glibc" then fail
  "for ${platform.system} with the C library ${libc}, but the wheels in the lock need Linux with glibc: pass nixpkgs for another system"
else if platform.system != system then fail
  "for ${platform.system}, but system is ${system}: pass --argstr system ${platform.system}, or --arg pkgs 'import <nixpkgs> { system = \"${system}\"; }'"
else pkgs
