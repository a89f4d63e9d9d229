# The dependency graph of the lock.
#
# A node's key is "name", "name[extra]" or "name[:group]" (PEP 508 extras, PEP 735 dependency
# groups). The lock has evaluated all markers, so an edge is a key, and a closure needs no parser.
{ system, packages, lock ? "python/default" }:
let
  inherit (builtins) elemAt filter genericClosure isList length split substring stringLength;

  forSystem = edges: if isList edges then edges else edges.${system};
  missing = key: what: name:
    let file = if packages.${name} or { } ? directory then "members/${name}" else lock; in
    throw "${what} is not in nix/lock/${file}.json (asked for as ${key}): run ./please lock";

  # key -> { name, extra, group }: the latter two null where the key has none. Most are plain names.
  parse = key: if packages ? ${key} then { name = key; extra = null; group = null; } else parseWhole key;
  parseWhole = key:
    let
      parts = split "\\[" key;
      # Without the bracket at the end.
      inner = if length parts == 1 then null else let rest = elemAt parts 2; in substring 0 (stringLength rest - 1) rest;
      isGroup = inner != null && substring 0 1 inner == ":";
    in
    {
      name = elemAt parts 0;
      extra = if isGroup then null else inner;
      group = if isGroup then substring 1 (stringLength inner) inner else null;
    };

  requires = key:
    let
      node = parse key;
      package = packages.${node.name} or (missing key node.name node.name);
    in
    forSystem (
      if node.group != null then package.groups.${node.group} or (missing key "the group ${node.group} of ${node.name}" node.name)
      else if node.extra != null then package.extras.${node.extra} or (missing key "the extra ${node.extra} of ${node.name}" node.name)
      else package.requires or [ ]
    );

  closure = keys: map (node: node.key) (genericClosure {
    startSet = map (key: { inherit key; }) keys;
    operator = node: map (key: { inherit key; }) (requires node.key);
  });
in
{
  inherit parse;

  # Key -> the keys that it requires itself.
  inherit requires;

  # Keys -> those keys and all that they require, without repetition.
  inherit closure;

  # Keys -> the names of the packages in their closure.
  names = keys: filter (key: packages ? ${key}) (closure keys);
}
