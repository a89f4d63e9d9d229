# A member of the workspace -> the parts that it puts into an environment.
#
#   metadata   its dist-info: the lock's, or its build backend's once a manifest has changed since
#   code       its modules, settings and migrations; rebuilt when one of these changes
#   extra      for each extra of a library, the module that has its name: `backend_common[db]`
#              owns backend_common/db.py, which is not there for a service without that extra
{ step, modules, sources, manifests, toolLibraries }:
name: package:
let
  inherit (builtins)
    all attrNames attrValues concatMap isAttrs isString listToAttrs match replaceStrings toFile toJSON;

  lock = "nix/lock/members/${name}.json";

  source = sources package.directory;
  digests = manifests package.directory;
  # The module is named like the project (PEP 8 spelling).
  module = replaceStrings [ "-" ] [ "_" ] name;
  # All that it has: a guest of a resolve has the extras there that others ask for, which change
  # nothing about what a module belongs to.
  extras = attrNames (package.declares.extras or { });
  isLibrary = match "lib/.*" package.directory != null;

  # The extra that a file of the package belongs to, or null: a module of that name has one name, a
  # package any file below it.
  owner = file:
    let parent = dirOf file; in
    if parent == module then owners.${baseNameOf file} or null
    else if parent == "." then null
    else owner parent;
  owners = if !isLibrary then { } else listToAttrs (concatMap
    (extra:
      let name = replaceStrings [ "-" ] [ "_" ] extra; in
      [ { inherit name; value = extra; } { name = "${name}.py"; value = extra; } ])
    extras);

  text = import ../text.nix;
  installer = text ./steps/install_source.py;
  install = part: keep: step {
    name = "${name}-${part}";
    script = installer;
    imports = [ modules.bytecode modules.prefix modules.source_links ];
    env = { inherit module; inherit (package) directory; src = source keep; };
  };

  # A path in site-packages, below one directory of metadata.
  isPath = path: match "[^/.][^/]*\\.dist-info(/[^/]+)+" path != null && match ".*/\\.\\.?(/.*)?" path == null;
  isMetadata = value: isAttrs value && value != { } && all isPath (attrNames value) && all isString (attrValues value);

  writer = text ./steps/write_metadata.py;
  locked = step {
    name = "${name}-metadata";
    script = writer;
    imports = [ modules.prefix ];
    # A file, because a README may be longer than a variable can be.
    env.metadata =
      if isMetadata (package.metadata or null) then toFile "metadata.json" (toJSON package.metadata)
      else throw "${lock}: the metadata of ${name} is not the text of some files by name: run ./please lock";
  };

  built = step {
    name = "${name}-metadata";
    script = ./steps/build_metadata.py;
    imports = [ modules.build_backend modules.declared modules.prefix ] ++ toolLibraries [ "packaging" "pyproject-hooks" "setuptools" ];
    env = {
      inherit module lock;
      inherit (package) directory;
      resolves = package.named;
      declares = toJSON (package.declares or { });
      # With the package's directories, empty: backends look for those that a manifest names.
      src = source (file: type:
        digests ? ${file} || type == "directory" && match "${module}(/.*)?" file != null);
    };
  };
in
{
  metadata = if package.manifests or null == digests then locked else built;

  code = install "code" (file: type:
    match "(${module}|migrations)(/.*)?|settings\\.py" file != null && owner file == null);

  extra = listToAttrs (map
    (extra: {
      name = extra;
      value = install extra (file: type: file == module || owner file == extra);
    })
    extras);
}
