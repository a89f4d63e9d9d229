# The members of the workspace, found by directory: { name, kind, directory, key, module } by name.
#
# A member is a directory in lib/ or src/ that has a pyproject.toml. Other directories, such as those
# that a change of branches leaves behind, and hidden ones are no members.
# lib/please_cli/please_cli/workspace.py has the same rule.
#
#   name        the attribute: the directory's name, with _ for each dot, which -A would split it at
#   kind        "service" or "library"
#   directory   such as "src/treestatus"
#   key         the project in the lock: the directory's name, normalised as in PEP 503
#   module      what Python imports, and a service's command: the key, with _ for each -
#
# A member that breaks a rule is an error only once something asks for it.
{ root }:
let
  inherit (builtins) attrNames concatMap concatStringsSep filter groupBy listToAttrs match pathExists readDir replaceStrings substring;

  kinds = { lib = "library"; src = "service"; };

  # The attributes that default.nix and shell.nix have beside members.
  reserved = import ./derivation_attributes.nix // { toolchain = null; };

  normalize = import ./normalize.nix;

  isMember = parent: entries: entry:
    (entries.${entry} == "directory" || entries.${entry} == "symlink")
    && substring 0 1 entry != "."
    && pathExists (root + "/${parent}/${entry}/pyproject.toml");
  found = concatMap
    (parent:
      let entries = if pathExists (root + "/${parent}") then readDir (root + "/${parent}") else { }; in
      map
        (entry: {
          inherit entry;
          name = replaceStrings [ "." ] [ "_" ] entry;
          kind = kinds.${parent};
          directory = "${parent}/${entry}";
          key = normalize entry;
          isLink = entries.${entry} == "symlink";
        })
        (filter (isMember parent entries) (attrNames entries)))
    (attrNames kinds);
  byKey = groupBy (member: member.key) found;

  # The pattern is one that ./python/entry.nix has too: to compile another takes longer than to match.
  isName = key: match "[a-z0-9-]+" key != null && substring 0 1 key >= "a" && substring (builtins.stringLength key - 1) 1 key != "-";

  check = { entry, name, kind, directory, key, isLink }:
    let
      twins = map (member: member.directory) byKey.${key};
      manifest = (readDir (root + "/${directory}"))."pyproject.toml";
    in
    if isLink then throw
      "${directory} is a symbolic link, but a member is a directory of the checkout: put the directory itself there"
    else if !isName key then throw
      "${directory}: the name of a member has letters, digits, -, _ and ., a letter first, and a letter or digit last (PEP 508): rename the directory"
    else if builtins.length twins > 1 then throw
      "${concatStringsSep " and " twins} are both the project ${key} (PEP 503): rename one of them"
    else if reserved ? ${name} then throw
      "${directory}: a member cannot be named ${name}, which is an attribute of default.nix or of its derivations: rename the directory"
    else if manifest != "regular" then throw
      "${directory}/pyproject.toml is not a regular file: put the manifest itself there"
    else { inherit name kind directory key; module = replaceStrings [ "-" ] [ "_" ] key; };
in
listToAttrs (map (member: { inherit (member) name; value = check member; }) found)
