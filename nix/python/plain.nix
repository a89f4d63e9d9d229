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
  # What git would track of the member: see ./tree.nix.
  files,
}:
let
  inherit (builtins) all attrNames concatStringsSep filter head isAttrs isList isString listToAttrs match stringLength substring;

  isPath = value: isString value && match "[^/.][^/]*(/[^/.][^/]*)*" value != null;
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
  topOf = path: head (match "([^/]+).*" path);
  tops = set (map topOf (checked.packages ++ checked.modules));

  endsIn = suffix: path: let stem = stringLength path - stringLength suffix; in stem > 0 && substring stem (-1) path == suffix;
  isModule = path: modules ? ${path} || packages ? ${dirOf path} && (endsIn ".py" path || endsIn ".pyi" path || baseNameOf path == "py.typed");
  isData = path: checked.data != [ ] && match data path != null;
  isConvention = file: file == "settings.py" || match "migrations(/.*)?" file != null;

  # A path in the member -> that below the root, null for one outside of the packages and modules.
  below = file:
    let path = substring length (-1) file; in
    if stringLength file > length && substring 0 length file == prefix && tops ? ${topOf path} then path else null;
  isCode = file: let path = below file; in path != null && (isModule path || isData path);
in
{
  inherit below;
  inherit (checked) root;

  # What ./steps/install_source.py asks for.
  env = {
    inherit (checked) root packages modules;
    tops = attrNames tops;
  };

  # Whether a path is copied; of directories, all that may have a file that is.
  takes = file: type:
    isConvention file
    || (if type == "directory" then below file != null || substring 0 (stringLength file + 1) prefix == "${file}/" else isCode file);

  # Files of the packages that the manifest does not mention.
  unclaimed = filter (file: files.${file} != "directory" && below file != null && !isCode file) (attrNames files);
}
