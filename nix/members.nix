# The members of the workspace, found by directory: { name, kind, key, package, directory, module,
# extras, testKeys, everything, needs, extraNeeds } by name, which is the directory's. `kind` is
# "service" or "library". `testKeys` and `everything` are keys of the graph: what its tests need; and the member, all
# its extras and that. `needs` names the servers that it asks for, `extraNeeds.<extra>` those that
# the tests of an extra do.
{ root, packages }:
let
  inherit (builtins) attrNames filter listToAttrs pathExists readDir replaceStrings;

  directories = parent:
    let entries = if pathExists (root + "/${parent}") then readDir (root + "/${parent}") else { }; in
    filter (name: entries.${name} == "directory" && builtins.substring 0 1 name != ".") (attrNames entries);

  # PEP 503, as far as a directory's name needs it.
  normalize = replaceStrings [ "_" "." ] [ "-" "-" ];

  manifest = import ./manifest.nix { inherit root; };

  members = kind: parent: listToAttrs (map
    (name:
      let
        directory = "${parent}/${name}";
        key = normalize name;
        package = packages.${key} or (throw
          "${directory} is not in nix/lock/python.json: run ./please lock (it needs a pyproject.toml whose project is named ${name})");
        extras = attrNames (package.extras or { });
        inherit (manifest directory) needs;
        extraNeeds = (manifest directory).extras;
        strange = attrNames (removeAttrs extraNeeds extras);
        testKeys = if package ? groups.test then [ "${key}[:test]" ] else [ ];
      in
      {
        inherit name;
        value = {
          inherit name kind directory package extras testKeys needs;
          # Not without its package, so that the error above is the one that is told.
          key = builtins.seq package key;
          module = replaceStrings [ "-" ] [ "_" ] name;
          extraNeeds =
            if strange != [ ] then throw "${directory}/pyproject.toml: [tool.services.extras]: ${key} has no extra ${toString strange}, only ${toString extras}"
            else extraNeeds;
          everything = [ key ] ++ map (extra: "${key}[${extra}]") extras ++ testKeys;
        };
      })
    (directories parent));
in
members "service" "src" // members "library" "lib"
