# lock → packages → wheels → environment: Python, from the lock to a prefix that runs.
{
  # The checkout.
  root,
  platform,
  # The name of the resolve, and its part of the lock: what ./packages.nix gives.
  resolve,
  locked,
  # The name of the lock, for errors.
  lock ? "python/${resolve}",
  # A pip.conf that says where packages come from; null for what the machine's pip reads.
  pipConfiguration ? null,
  # What this file returns for the resolve whose packages the build steps themselves use.
  tools,
  # The same for the resolve of lib/serving, null if the workspace does not have that.
  serving ? null,
  # The requirements of builds on this platform: what ./builds.nix gives for its release.
  builds,
  # The tables [tool.services] of the manifests of members, by name: what ../manifest.nix gives.
  tables,
}:
let
  packages = locked.index // locked.members // { services = locked.root // { directory = "."; version = ""; }; };
  graph = import ./graph.nix { inherit (platform) system; inherit packages lock; };
  modules = import ./modules.nix;
  step = import ./step.nix { inherit platform; };
  fetch = import ./fetch { inherit root platform pipConfiguration; };
  wheel = import ./wheel.nix { inherit platform step modules installer fetch buildEnvironment; toolLibraries = tools.libraries; };
  sdistMetadata = import ./sdist_metadata.nix { inherit step modules fetch buildEnvironment; toolLibraries = tools.libraries; };
  source = import ./source.nix { inherit root; };
  tree = import ./tree.nix { inherit root; };
  manifests = import ./manifests.nix { inherit root; };
  installer = import ./installer.nix { inherit platform step; };
  memberWheel = import ./member_wheel.nix { inherit step modules installer buildEnvironment; sources = source; toolLibraries = tools.libraries; };
  member = import ./member.nix { inherit root step modules tree manifests memberInstaller memberWheel; toolLibraries = tools.libraries; };
  memberInstaller = import ./member_installer.nix { inherit step; };
  groups = import ./groups.nix { inherit root step modules resolve; toolLibraries = tools.libraries; };

  wheels = builtins.mapAttrs wheel checkedIndex;
  members = builtins.mapAttrs member locked.members;

  # A lock for another Python has wheels that this one cannot load.
  minor = builtins.concatStringsSep "." (builtins.genList (builtins.elemAt (builtins.splitVersion locked.python)) 2);
  checkedIndex =
    if platform.sitePackages == "lib/python${minor}/site-packages" then locked.index
    else throw "nix/lock/${lock}.json is for Python ${locked.python}, but the platform's packages are in ${platform.sitePackages}: run ./please lock";

  # Names of packages -> the directories that have them and what they require, for PYTHONPATH.
  libraries = names: map (name: "${wheels.${name}}/${platform.sitePackages}") (graph.names names);
  # A package of any resolve, by its name -> prefixes with it, for this Python; of a member, its code.
  install = name: package: if package ? directory then (member name package).code else [ (wheel name package) ];

  # An environment with what a build requires, by the key of that in the lock.
  buildEnvironment = directory: key: buildEnvironments.${key} or (throw
    "${directory} is built with ${key}, which is not in nix/lock/builds/${builds.release}.json: run ./please lock");
  buildEnvironments = builtins.mapAttrs
    (_: set:
      let
        python = import ./. {
          inherit root platform pipConfiguration tools builds tables;
          resolve = "build";
          lock = "builds/${builds.release}";
          locked = { inherit (builds) python; index = set.packages; members = { }; root = { groups = { }; }; };
        };
      in
      python.environment { name = "build-environment"; keys = set.requires; })
    builds.sets;

  # key of the graph -> the parts that it puts into an environment, as store paths. With `live`, the
  # code of members comes from the checkout.
  paths = { live }: key:
    let
      node = graph.parse key;
      inherit (node) name extra group;
      code = parts: if live then [ ] else parts;
    in
    if group != null then (if name == "services" then [ (groups locked.root) ] else [ ])
    else if wheels ? ${name} then (if extra == null then [ wheels.${name} ] else [ ])
    else if extra == null then members.${name}.metadata ++ code members.${name}.code
    else code members.${name}.extra.${extra};

  # The choices of manifests where packages collide, as ./environment.nix takes them.
  collisions = import ./collisions.nix { inherit root packages tables; };

  # Keys of the graph -> the parts of an environment for them, without repetition.
  partsOf = { live ? false, roots ? [ ] }: keys: builtins.concatMap
    (key:
      let package = (graph.parse key).name; in
      map
        (path: {
          inherit path package;
          inherit (packages.${package}) version;
          is_root = builtins.elem package roots;
        })
        (paths { inherit live; } key))
    (graph.closure keys);

  # The server for services that do not require it.
  server = import ./server.nix { inherit install platform serving; };

  link = import ./environment.nix { inherit platform step; };
in
{
  inherit packages graph step modules memberInstaller wheels member members libraries sdistMetadata;

  # A directory of the checkout, and which of its files to take -> a source tree in the store.
  sources = directory: takes: source directory (tree directory takes);

  # Keys of the graph -> the parts of an environment for them, for other environments to borrow.
  partsOf = partsOf { };

  # Makes an environment with what some keys of the graph require, and no more.
  environment =
    {
      name,
      # Such as [ "treestatus" "treestatus[:test]" ].
      keys,
      # Whether to leave out the code of workspace members.
      live ? false,
      # For bin/<service>: { module, app, command, directory }.
      launcher ? null,
      # Parts of another environment whose programs this one has, too, where it has none of that name.
      borrowed ? [ ],
    }:
    let
      inherit (builtins) all any attrNames concatMap elem filter genericClosure;
      nameOf = key: (graph.parse key).name;

      # The members that it is made for, without repetition; and the keys of the extras and tests of each.
      asked = genericClosure { startSet = map (key: { key = nameOf key; }) keys; operator = _: [ ]; };
      roots = filter (name: packages.${name} ? directory) (map (node: node.key) asked);
      wanted = root: map (extra: "${root}[${extra}]") (attrNames (packages.${root}.extras or { }))
        ++ map (group: "${root}[:${group}]")
          (filter (group: packages.${root} ? groups.${group}) tables.${root}.tests.groups);
      parts = partsOf { inherit live roots; } keys;
      # A service that requires the server has it among its packages.
      hasServer = any (part: part.package == "serving") parts;
    in
    link (collisions roots // {
      inherit name borrowed parts;
      launcher = if launcher == null then null else launcher // { server = if hasServer then [ ] else server; };
      whole = all (key: elem key keys) (concatMap wanted roots);
    });
}
