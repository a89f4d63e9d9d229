# The members of the workspace and what the lock and their manifests say of them, by name:
#
#   name, kind, key, directory, module   as ./workspace.nix has them
#   app, command, needs, variables, tests   as ./manifest.nix has them
#   resolve      the name of the resolve that all this is of: the first that its manifest names, or `default`
#   resolves     the member in each resolve that has it, by the name of the resolve
#   isGuest      whether it is a library in a resolve that its manifest does not name: it has the extras there that
#                others ask for, and no tests
#   package      what the resolve has of it
#   extras       the names of its extras
#   extraNeeds   by extra, the names of the servers that the tests of that extra need
#   testKeys     keys of the graph: what its tests need
#   everything   keys of the graph: the member, all its extras, and what its tests need
{
  # The checkout.
  root,
  # What the lock has of each member, by normalized name.
  locked,
  # The packages of each resolve, by its name.
  packages,
  # The tables [tool.services] of the manifests, by normalized name: what ./manifest.nix gives.
  tables ? builtins.mapAttrs (_: member: import ./manifest.nix { inherit root; } member.directory) locked,
}:
let
  inherit (builtins) any attrNames attrValues concatStringsSep elem filter head mapAttrs seq;

  list = concatStringsSep ", ";

  # What the lock has of a member.
  entryOf = { directory, key, ... }:
    let
      isPackage = any (resolve: resolve ? ${key}) (attrValues packages);
      entry = locked.${key} or (throw (
        if key == "services" then "${directory} has the name of the workspace itself, ${key} in pyproject.toml: rename one of them"
        else if isPackage then "${directory} has the name of ${key}, a package of the index in nix/lock/python: rename the directory and its project"
        else if locked == { } then "there is no lock: restore it (git checkout HEAD -- nix/lock), then run ./please lock"
        else "${directory} is not in the lock: run ./please lock"));
    in
    if entry.directory == directory then entry else throw
      "${directory} has the name of ${entry.directory} in nix/lock/members/${key}.json: rename one of them, or run ./please lock if it has moved";

  inResolve = found: named: resolve:
    let
      inherit (found) key directory;
      asked = tables.${key};
      package = packages.${resolve}.${key};
      extras = attrNames (package.extras or { });
      strange = attrNames (removeAttrs asked.extras extras);
      isGuest = !(elem resolve named);
      lacking = filter (group: !(package ? groups.${group})) asked.tests.groups;
      testKeys =
        if isGuest || asked.tests.groups == [ "test" ] && lacking != [ ] then [ ]
        else if lacking == [ ] then map (group: "${key}[:${group}]") asked.tests.groups
        else throw ("${directory}/pyproject.toml: [tool.services.tests]: groups: "
          + "there is no dependency group ${list lacking}: correct the name, or run ./please lock");
    in
    found // {
      inherit resolve package extras testKeys isGuest;
      inherit (asked) app command needs tests variables;
      # Force `package` first, so that its error is the one reported.
      key = seq package key;
      extraNeeds =
        if strange != [ ] then throw "${directory}/pyproject.toml: [tool.services.extras]: ${key} has no extra ${list strange}, only ${list extras}"
        else asked.extras;
      everything = [ key ] ++ map (extra: "${key}[${extra}]") extras ++ testKeys;
    };

  member = found:
    let
      known = resolve: value:
        if packages ? ${resolve} then value
        else if packages == { } then throw "nix/lock/python has no lock of a resolve: restore it (git checkout HEAD -- nix/lock), then run ./please lock"
        else throw
          "nix/lock/members/${found.key}.json has the resolve ${resolve}, but nix/lock/python has only ${list (attrNames packages)}: run ./please lock";
      entry = entryOf found;
      inherit (entry) named resolves;
      each = mapAttrs (resolve: _: known resolve (inResolve found named resolve)) resolves;
    in
    each.${head named} // { resolves = each; };
in
mapAttrs (_: member) (import ./workspace.nix { inherit root; })
