# Look up packages of nixpkgs by name. What nixpkgs has removed is missing there, or an alias that throws.
#
#   has   whether nixpkgs has the package of a name
#   of    a name -> the package; an error that says that nixpkgs lacks it
#   first a list of names, such as "beamPackages.erlang" -> the first package that nixpkgs has; an error if it has none
#   names those in nixpkgs that match a regular expression, a list
{ pkgs }:
let
  inherit (builtins) attrNames concatStringsSep filter foldl' head isString match split tryEval;

  # A name with dots -> its value, or null.
  find = name: foldl'
    (set: attribute: if set == null || !(set ? ${attribute}) then null else evaluated set.${attribute})
    pkgs
    (filter isString (split "[.]" name));
  evaluated = value: let attempt = tryEval value; in if attempt.success then attempt.value else null;
in
rec {
  has = name: find name != null;
  first = candidates:
    let found = filter has candidates; in
    if found != [ ] then find (head found)
    else throw "nixpkgs has no ${concatStringsSep " and no " candidates}: take a version of nixpkgs that has it, or build without --arg pkgs";
  of = name: first [ name ];
  names = pattern: filter (name: match pattern name != null && has name) (attrNames pkgs);
}
