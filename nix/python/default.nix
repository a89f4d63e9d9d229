# lock → packages → wheels → environment: Python, from the lock to a prefix that runs.
{ root, platform, lockFile }:
let
  packages = import ./lock.nix { file = lockFile; };
  graph = import ./graph.nix { inherit (platform) system; inherit packages; };
  modules = import ./modules.nix;
  step = import ./step.nix { inherit platform; };
  fetch = import ./fetch.nix { inherit platform; };
  wheel = import ./wheel.nix { inherit platform step modules fetch buildLibraries; };
  sources = import ./source.nix { inherit root; };
  manifests = import ./manifests.nix { inherit root; };
  member = import ./local.nix { inherit step modules sources manifests graph packages buildLibraries; };

  names = builtins.partition (name: packages.${name} ? local) (builtins.attrNames packages);
  wheels = builtins.mapAttrs wheel (removeAttrs packages names.right);
  members = builtins.mapAttrs member (removeAttrs packages names.wrong);

  # What build backends import: names -> directories for PYTHONPATH.
  buildLibraries = names: map (name: "${wheels.${name}}/${platform.sitePackages}")
    (graph.names ([ "pyproject-hooks" ] ++ names));

  # key of the graph -> the parts that it puts into an environment, as store paths. With `live`, the
  # code of members comes from the checkout.
  paths = { live }: key:
    let
      inherit (graph.parse key) name extra group;
      code = part: if live then [ ] else [ part ];
    in
    if group != null then (if packages.${name}.local or null == "." then [ members.${name}.groups ] else [ ])
    else if wheels ? ${name} then (if extra == null then [ wheels.${name} ] else [ ])
    else if extra == null then [ members.${name}.metadata ] ++ code members.${name}.code
    else code members.${name}.extra.${extra};

  # The choices of manifests where packages collide, as ./environment.nix takes them.
  collisions = import ./collisions.nix { inherit root packages; };

  link = import ./environment.nix { inherit platform step modules; };
in
{
  inherit packages graph step modules wheels sources;

  # Makes an environment with what some keys of the graph require, and no more.
  environment =
    {
      name,
      # Such as [ "treestatus" "treestatus[:test]" ].
      keys,
      # Whether to leave out the code of workspace members.
      live ? false,
      launcher ? null,
    }:
    let
      inherit (builtins) all attrNames concatMap elem filter genericClosure;
      nameOf = key: (graph.parse key).name;

      closure = graph.closure keys;
      # The members that it is made for, without repetition; and the keys of one's tests and extras.
      asked = genericClosure { startSet = map (key: { key = nameOf key; }) keys; operator = _: [ ]; };
      roots = filter (name: packages.${name} ? local) (map (node: node.key) asked);
      wanted = root: map (extra: "${root}[${extra}]") (attrNames (packages.${root}.extras or { }))
        ++ (if packages.${root} ? groups.test then [ "${root}[:test]" ] else [ ]);
    in
    link (collisions roots // {
      inherit name launcher;
      whole = all (key: elem key keys) (concatMap wanted roots);
      parts = concatMap
        (key:
          let package = nameOf key; in
          map
            (path: {
              inherit path package;
              inherit (packages.${package}) version;
              is_root = elem package roots;
            })
            (paths { inherit live; } key))
        closure;
    });
}
