# A member of the workspace -> the parts that it puts into an environment.
#
#   metadata   its dist-info: the lock's, or its build backend's once a manifest is not as it was locked
#   code       its modules, settings and migrations; rebuilt when one of these changes
#   extra      for each extra of a library, the module that has its name: `backend_common[db]`
#              owns backend_common/db.py, so that who does not ask for it does not have it
#   groups     nothing, for the workspace itself: a check of its dependency groups
{ step, modules, sources, manifests, graph, packages, buildLibraries }:
name: package:
let
  inherit (builtins)
    all attrNames attrValues concatMap elem elemAt filter isAttrs isString listToAttrs match replaceStrings toFile toJSON;

  source = sources package.local;
  digests = manifests package.local;
  # The module is named like the project (PEP 8 spelling).
  module = replaceStrings [ "-" ] [ "_" ] name;
  extras = attrNames (package.extras or { });
  isLibrary = match "lib/.*" package.local != null;

  # The extra that a file of the package belongs to, or null.
  owner = file:
    let
      m = match "${module}/([^/.]+)(\\.py|/.*)?" file;
      extra = if m == null then null else replaceStrings [ "_" ] [ "-" ] (elemAt m 0);
    in
    if isLibrary && elem extra extras then extra else null;

  # The members that this one requires itself.
  keys = [ name ] ++ map (extra: "${name}[${extra}]") extras ++ map (group: "${name}[:${group}]") (attrNames (package.groups or { }));
  requiredMembers = filter (key: packages.${key}.local or null != null) (concatMap graph.requires keys);

  install = part: keep: step {
    name = "${name}-${part}";
    script = ./steps/install_source.py;
    imports = [ modules.bytecode modules.prefix ];
    env = { inherit module; src = source keep; };
  };

  isMetadata = value: isAttrs value && value != { } && all isString (attrValues value);

  locked = step {
    name = "${name}-metadata";
    script = ./steps/write_metadata.py;
    imports = [ modules.prefix ];
    # A file, because a README may be longer than a variable can be.
    env.metadata =
      if isMetadata (package.metadata or null) then toFile "metadata.json" (toJSON package.metadata)
      else throw "nix/lock/python.json: the metadata of ${name} is not the text of some files by name: run ./please lock";
  };

  built = step {
    name = "${name}-metadata";
    script = ./steps/build_metadata.py;
    imports = [ modules.build_backend modules.declared modules.prefix ] ++ buildLibraries [ "packaging" "setuptools" ];
    env = {
      inherit module;
      inherit (package) local;
      declares = toJSON (package.declares or { });
      members = requiredMembers;
      # With the package's directories, empty: backends look for those that a manifest names.
      src = source (file: type:
        digests ? ${file} || type == "directory" && match "${module}(/.*)?" file != null);
    };
  };
in
{
  metadata = if package.manifests or null == digests then locked else built;

  groups = step {
    name = "${name}-groups";
    script = ./steps/check_groups.py;
    imports = [ modules.declared ] ++ buildLibraries [ "packaging" ];
    env = {
      declares = toJSON (package.declares or { });
      src = source (file: _: file == "pyproject.toml");
    };
  };

  code = install "code" (file: type:
    match "(${module}|migrations)(/.*)?|settings\\.py" file != null && owner file == null);

  extra = listToAttrs (map
    (extra: {
      name = extra;
      value = install extra (file: type: file == module || owner file == extra);
    })
    extras);
}
