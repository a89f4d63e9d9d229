# The outputs of members, found by directory: each is an attribute, -A <member>.<output>, and a job of
# release.nix, <member>.<output>.<system>.
#
# nix/outputs/<output>.nix is a function of the kit, { root, platform, python, linters, needs }, to
#
#   kinds   the kinds of member that have the output, such as [ "service" "library" ]
#   build   a member, as ./members.nix describes it -> a derivation, or derivations by name
#   job     optional: what `build` made -> what CI builds, if that is something else
#
# This returns a function of a member to { outputs, attribute, jobs }.
{
  # What outputs are made with. Each file may ask for some of it.
  kit,
  # Whether the attribute of a member stands for its development shell.
  inNixShell ? false,
  # The directory of the files; tests put others here.
  directory ? ./outputs,
}:
let
  inherit (builtins) attrNames concatStringsSep elem filter head isAttrs isFunction isList listToAttrs mapAttrs match readDir substring toJSON;

  # The output that the attribute of a member is, by its kind.
  defaults = { service = "app"; library = "package"; };

  reserved = import ./derivation_attributes.nix;

  file = name: "nix/outputs/${name}.nix";

  read = name:
    let
      content = import (directory + "/${name}.nix");
      output = if isFunction content then content kit else null;
      hasShape =
        isAttrs output
        && removeAttrs output [ "kinds" "build" "job" ] == { }
        && isList (output.kinds or null) && output.kinds != [ ]
        && isFunction (output.build or null)
        && isFunction (output.job or isAttrs);
    in
    if match "[a-z0-9_]+" name == null || substring 0 1 name < "a" then throw
      "${file name}: the name of an output has lower-case letters, digits and _ only: rename the file"
    else if reserved ? ${name} then throw
      "${file name}: every derivation has an attribute ${name}, which Nix reads: rename the file"
    else if !hasShape then throw
      "${file name} is not a function of the kit to { kinds, build } or { kinds, build, job }: nix/outputs.nix says what these are"
    else if filter (kind: !(defaults ? ${kind})) output.kinds != [ ] then throw
      "${file name}: kinds is ${toJSON output.kinds}, but the kinds of member are ${concatStringsSep " and " (attrNames defaults)}"
    else { job = built: built; } // output;

  # `build` and `job` of every output, by its name.
  all = listToAttrs (map
    (entry: let name = head (match "(.*)\\.nix" entry); in { inherit name; value = read name; })
    (filter (entry: match ".+\\.nix" entry != null && substring 0 1 entry != ".") (attrNames (readDir directory))));
  byKind = mapAttrs (kind: _: removeAttrs all (filter (name: !elem kind all.${name}.kinds) (attrNames all))) defaults;

  # Checks that a value is a derivation or a set of such. Only what is asked for is looked at.
  check = what: value:
    if !isAttrs value then throw "${what} is not a derivation, and not a set of derivations by name: correct it"
    else if value ? drvPath then value
    else mapAttrs (name: check "${what}.${name}") value;
in
member:
let
  outputs = mapAttrs (name: output: check "${file name}: build of ${member.name}" (output.build member)) byKind.${member.kind};
in
{
  inherit outputs;
  # Of default.nix: one of the outputs, and all of them as attributes of it.
  attribute = (if inNixShell then outputs.shell else outputs.${defaults.${member.kind}}) // outputs;
  # Of release.nix, for one system.
  jobs = mapAttrs (name: output: check "${file name}: job of ${member.name}" (output.job outputs.${name})) byKind.${member.kind};
}
