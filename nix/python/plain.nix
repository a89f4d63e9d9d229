# A member whose code is copied, without its build backend: which files are copied, and where they go.
#
# The lock has the rules, `plain`, which `please lock` makes from the manifest and compares with the wheel:
#
#   root       the directory in the member that has the packages: "." or such as "src"
#   packages   the directories of packages below it: their modules and types (PEP 561) are copied
#   modules    modules beside the packages, such as "config.py"
#   data       regular expressions for other files that the packages have
#
# All paths are relative to the root. settings.py and migrations/ beside the packages belong to a service by
# convention: they are copied too, to share/<module>.
{
  # The path of the member's lock, for errors.
  lock,
  # What the lock has.
  plain,
  # Which paths of the member to take -> those that git would track: see ./tree.nix.
  tree,
}:
let
  inherit (builtins) all attrNames concatStringsSep elem filter head isAttrs isList isString listToAttrs mapAttrs match split stringLength substring;

  components = path: filter isString (split "/" path);
  # Without hidden names, and so without `..`.
  isPath = value: isString value && all (name: name != "" && substring 0 1 name != ".") (components value);
  isPaths = value: isList value && all isPath value;
  checked =
    if isAttrs plain && (plain.root or null == "." || isPath (plain.root or null)) && isPaths (plain.packages or null)
      && isPaths (plain.modules or null) && isList (plain.data or null) && all isString plain.data
    then plain
    else throw "${lock}: `plain` does not say which files to copy: run ./please lock";

  prefix = if checked.root == "." then "" else "${checked.root}/";
  length = stringLength prefix;
  set = names: listToAttrs (map (name: { inherit name; value = null; }) names);
  packages = set checked.packages;
  modules = set checked.modules;
  data = "(${concatStringsSep "|" checked.data})";
  tops = set (map (path: head (components path)) (checked.packages ++ checked.modules));

  endsIn = suffix:
    let count = stringLength suffix; in
    path: let stem = stringLength path - count; in stem > 0 && substring stem count path == suffix;
  isPython = endsIn ".py";
  isStub = endsIn ".pyi";
  isData = path: checked.data != [ ] && match data path != null;
  isConvention = file: file == "settings.py" || file == "migrations" || substring 0 11 file == "migrations/";

  # Whether a path in the member is one of the packages and modules, or in one.
  isInside = file:
    let parent = dirOf file; in
    if parent == checked.root then tops ? ${baseNameOf file} else parent != "." && isInside parent;
  isAboveRoot = directory: substring 0 (stringLength directory + 1) prefix == "${directory}/";
  takesDirectory = directory: isConvention directory || isInside directory || isAboveRoot directory;

  files = tree (path: type: type != "directory" || takesDirectory path);
  # The directories of the packages.
  inside = mapAttrs (file: type: type == "directory" && isInside file) files;

  kinds = mapAttrs
    (file: type:
      let
        parent = dirOf file;
        path = substring length (-1) file;
        isInPackage = packages ? ${dirOf path};
        module = if type == "regular" && isPython file then "module" else "data";
      in
      if type == "directory" then null
      else if isConvention file then module
      else if !(if parent == checked.root then tops ? ${baseNameOf file} else inside.${parent} or false) then null
      else if modules ? ${path} || isInPackage && isPython file then module
      else if isInPackage && (isStub file || baseNameOf file == "py.typed") || isData path then "data"
      else "unclaimed")
    files;
  # Those of some kinds, with the kinds.
  only = wanted: removeAttrs kinds (filter (file: !elem kinds.${file} wanted) (attrNames kinds));
in
{
  inherit prefix;
  inherit (checked) root;

  # What ./steps/install_source.py asks for.
  env = {
    inherit (checked) root packages modules;
    tops = attrNames tops;
  };

  # The files that are copied, and of each whether it is a "module", which nobody executes, or "data".
  taken = only [ "module" "data" ];

  # Files of the packages that the manifest does not mention.
  unclaimed = attrNames (only [ "unclaimed" ]);
}
