# A member of the workspace -> the parts that it puts into an environment.
#
#   metadata   its dist-info: the lock's, or its build backend's once a manifest has changed since
#   code       its modules, settings and migrations; rebuilt when one of these changes
#   extra      for each extra of a library, the module that has its name: `backend_common[db]`
#              owns backend_common/db.py, which is not there for a service without that extra
#   live       for PYTHONPATH in a development shell: { directory }, one of the checkout, relative to it; or
#              { built }, a derivation that says which (./steps/live_member.py)
#
# The files of a plain member (./plain.nix) are copied, which is as quick as it gets. Any other member is
# built by its own backend: ./member_wheel.nix.
{ root, step, modules, tree, manifests, toolLibraries, memberInstaller, memberWheel }:
name: package:
let
  inherit (builtins)
    all attrNames concatMap concatStringsSep filter groupBy isAttrs isString length listToAttrs map mapAttrs match partition
    replaceStrings split substring toFile toJSON;

  lock = "nix/lock/members/${name}.json";

  inherit (package) directory;
  files = tree directory (_: _: true);
  texts = import ./texts.nix;
  source = import ./source.nix { inherit root; } directory;
  digests = manifests directory;
  isLocked = package.manifests or null == digests;
  isPlain = (package.plain or null) != null;
  plain = import ./plain.nix { inherit lock; inherit (package) plain; tree = tree directory; };
  # The module is named like the project (PEP 8 spelling).
  module = replaceStrings [ "-" ] [ "_" ] name;
  # All that it has: a guest of a resolve has the extras there that others ask for, which change
  # nothing about what a module belongs to.
  extras = attrNames (package.declares.extras or { });
  isLibrary = substring 0 4 directory == "lib/";

  # What is copied, by the extra that it belongs to, or "": a module of that name has one name, a package any
  # file below it.
  parts = groupBy owner (attrNames plain.taken);
  owner = file: owners.${file} or (if dirOf file == "." then "" else owner (dirOf file));
  owners = if !isLibrary then { } else listToAttrs (concatMap
    (extra:
      let name = "${plain.prefix}${module}/${replaceStrings [ "-" ] [ "_" ] extra}"; in
      [ { inherit name; value = extra; } { name = "${name}.py"; value = extra; } ])
    extras);

  # `given` is what `give` returns.
  install = part: env: given: step {
    name = "${name}-${part}";
    module = "install_source";
    imports = [ memberInstaller ];
    env = env // given // { inherit module directory; };
  };
  # Files, and a predicate of those whose permissions do not matter -> what ./steps/install_source.py takes.
  give = isText: names:
    let both = partition isText names; in
    {
      texts = if both.right == [ ] then "" else texts (map (name: { inherit name; path = root + "/${directory}/${name}"; }) both.right);
      src = if both.wrong == [ ] then "" else source (set (concatMap above both.wrong));
    };
  copy = give (file: plain.taken.${file} == "module");
  # A path, and the directories that it is in.
  above = path: if path == "." then [ ] else [ path ] ++ above (dirOf path);
  set = names: listToAttrs (map (name: { inherit name; value = null; }) names);

  # The files that no manifest mentions, for the log.
  note = if plain.unclaimed == [ ] then { } else {
    unclaimed = concatStringsSep "\n" plain.unclaimed;
    passAsFile = [ "unclaimed" ];
  };

  copied = install "code" (plain.env // note) (copy parts."" or [ ]);
  copiedExtra = listToAttrs (map (extra: { name = extra; value = install extra plain.env (copy parts.${extra} or [ ]); }) extras);
  # All that is copied, in one, for comparisons with the wheel.
  whole = install "copy" plain.env (copy (attrNames plain.taken));

  # A path in site-packages, below one directory of metadata.
  isPath = path:
    let names = filter isString (split "/" path); first = builtins.head names; in
    match ".+\\.dist-info" first != null && substring 0 1 first != "." && length names > 1
    && all (name: name != "" && name != "." && name != "..") names;
  isMetadata = value: isAttrs value && value != { } && all isPath (attrNames value) && all isString (builtins.attrValues value);

  locked = step {
    name = "${name}-metadata";
    module = "write_metadata";
    imports = [ memberInstaller ];
    # A file, because a README may be longer than a variable can be.
    env.metadata =
      if isMetadata (package.metadata or null) then toFile "metadata.json" (toJSON package.metadata)
      else throw "${lock}: the metadata of ${name} is not the text of some files by name: run ./please lock";
  };

  wheel = memberWheel {
    inherit name directory files;
    build =
      if isString (package.build or null) then package.build
      else throw "${lock} does not say what ${directory} is built with: run ./please lock";
  };
  check = step {
    name = "${name}-check";
    script = ./steps/check_member.py;
    imports = [ modules.compare_copies modules.declared modules.member_sources modules.prefix ] ++ toolLibraries [ "packaging" ];
    env = {
      inherit directory lock wheel;
      inherit (package) build;
      resolves = package.named;
      declares = toJSON (package.declares or { });
      manifest = builtins.path { name = "pyproject.toml"; path = root + "/${directory}/pyproject.toml"; };
      # What is copied has to be what is in the wheel.
      copies = if isPlain then [ whole ] else [ ];
    };
  };

  # settings.py and migrations/ of a service that is built by its backend.
  hasConvention = !isLibrary && (files ? "settings.py" || files ? migrations);
  beside = install "settings" { root = "."; tops = [ ]; packages = [ ]; modules = [ ]; } (
    let
      found = tree directory (path: _: path == "settings.py" || path == "migrations" || substring 0 11 path == "migrations/");
      isModule = file: match ".*\\.py" file != null;
    in
    give (file: found.${file} == "regular" && isModule file) (filter (file: found.${file} != "directory") (attrNames found)));
in
{
  metadata = if isPlain && isLocked then [ locked ] else [ "${wheel}/metadata" check ];

  code = if isPlain then [ copied ] else [ "${wheel}/code" ] ++ (if hasConvention then [ beside ] else [ ]);

  extra = if isPlain then mapAttrs (_: part: [ part ]) copiedExtra
    else listToAttrs (map (extra: { name = extra; value = [ ]; }) extras);

  # `checkout` is its path, null where that is not known before the shell is entered.
  live = checkout:
    if isPlain then { directory = "${directory}${if plain.root == "." then "" else "/${plain.root}"}"; }
    else {
      built = step {
        name = "${name}-live";
        script = ./steps/live_member.py;
        imports = [ modules.prefix ];
        env = { inherit wheel directory checkout; };
      };
    };

  # For ./request.nix: how copies differ from the wheel.
  comparison = step {
    name = "${name}-comparison";
    script = ./steps/compare_copies.py;
    imports = [ modules.prefix ];
    env = { inherit wheel; copies = [ whole ]; };
  };
  inherit wheel;
}
