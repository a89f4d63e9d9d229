# The members of the workspace (./workspace.nix) and what the lock and their manifests say of them:
# { name, kind, key, package, directory, module, extras, testKeys, everything, needs, extraNeeds } by
# name. `testKeys` and `everything` are keys of the graph: what its tests need; and the member, all its
# extras and that. `needs` names the servers that it asks for, `extraNeeds.<extra>` those that the
# tests of an extra do.
{ root, packages }:
let
  inherit (builtins) attrNames mapAttrs;

  manifest = import ./manifest.nix { inherit root; };

  # The entry of a member in the lock.
  packageOf = { directory, key, ... }:
    let package = packages.${key} or (throw
      "${directory} is not in nix/lock/python.json: run ./please lock (its pyproject.toml has to name the project ${key})");
    in
    if !(package ? local) then throw
      "${directory} has the name of ${key}, a package of the index in nix/lock/python.json: rename the directory and its project"
    else if package.local == "." then throw
      "${directory} has the name of the workspace itself, ${key} in pyproject.toml: rename one of them"
    else if package.local != directory then throw
      "${directory} has the name of ${package.local} in nix/lock/python.json: rename one of them, or run ./please lock if it has moved"
    else package;
in
mapAttrs
  (_: found:
    let
      inherit (found) key directory;
      package = packageOf found;
      extras = attrNames (package.extras or { });
      inherit (manifest directory) needs;
      extraNeeds = (manifest directory).extras;
      strange = attrNames (removeAttrs extraNeeds extras);
      testKeys = if package ? groups.test then [ "${key}[:test]" ] else [ ];
    in
    found // {
      inherit package extras testKeys needs;
      # Force `package` first, so that its error is the one reported.
      key = builtins.seq package key;
      extraNeeds =
        if strange != [ ] then throw "${directory}/pyproject.toml: [tool.services.extras]: ${key} has no extra ${toString strange}, only ${toString extras}"
        else extraNeeds;
      everything = [ key ] ++ map (extra: "${key}[${extra}]") extras ++ testKeys;
    })
  (import ./workspace.nix { inherit root; })
