# lock → packages → wheels → environment: Python, from the lock to a prefix that runs.
{ root, platform, lockFile }:
let
  packages = import ./lock.nix { file = lockFile; };
  graph = import ./graph.nix { inherit (platform) system; inherit packages; };
  step = import ./step.nix { inherit platform; };
  fetch = import ./fetch.nix { inherit platform; };
  installer = import ./installer.nix { inherit step fetch packages; };
  wheel = import ./wheel.nix { inherit platform step fetch installer buildLibraries; };
  wheels = builtins.mapAttrs wheel packages;
  isLocal = name: packages.${name} ? local;

  # What build backends import: keys -> directories for PYTHONPATH.
  buildLibraries = keys: map (name: "${wheels.${name}}/lib/python3.11/site-packages") (
    map (key: (graph.parse key).name)
      (builtins.filter (key: (graph.parse key).extra == null) (graph.closure ([ "packaging" "pyproject-hooks" ] ++ keys)))
  );

  sources = import ./source.nix { inherit root; };
  local = import ./local.nix { inherit step sources graph packages buildLibraries; };
  members = builtins.mapAttrs local packages;

  # key of the graph -> the parts that it puts into an environment.
  parts = { live }: key:
    let
      node = graph.parse key;
      member = members.${node.name};
    in
    if node.group != null then [ ]
    else if !(isLocal node.name) then (if node.extra == null then [ wheels.${node.name} ] else [ ])
    # Live: the code comes from the checkout.
    else if node.extra == null then [ member.metadata ] ++ (if live then [ ] else [ member.code ])
    else if live then [ ] else [ member.extra.${node.extra} ];

  link = import ./environment.nix { inherit platform step installer; };
in
{
  inherit packages graph step wheels sources;

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
    link {
      inherit name launcher;
      parts = builtins.concatMap (parts { inherit live; }) (graph.closure keys);
    };
}
