# An entry of the lock -> what it has for a system, checked: every value of a lock is data.
#
# Where the systems have different versions of a package, there is an entry for each.
# lib/please_cli/please_cli/lock/python/shape.py checks the same, and more. Here is what becomes a path,
# a derivation or an address.
{
  # The path of the lock in the checkout, for errors.
  path,
  system,
}:
let
  inherit (builtins) all attrValues isAttrs isInt isList isString mapAttrs match replaceStrings substring;

  matches = pattern: value: isString value && match pattern value != null;
  # Each pattern is compiled once, however many packages there are, and that takes longer than to match with it:
  # so a few of them serve for all.
  digest = matches "[0-9a-f]{64}";
  # A letter or digit, and then some of these too.
  word = value: matches "[A-Za-z0-9._+!-]+" value && !(isMark ? ${substring 0 1 value});
  isMark = { "." = null; "_" = null; "+" = null; "!" = null; "-" = null; };
  # Words of letters and digits with single dashes between them.
  normalised = value:
    let dashed = "-${value}-"; in
    matches "[a-z0-9-]+" value && replaceStrings [ "--" ] [ "" ] dashed == dashed;
  names = value: isList value && all isString value;
in
name: entry:
let
  bad = what: throw "${path}: the package ${name}: ${what}: restore the file (git checkout HEAD -- ${path}), then run ./please lock";

  package =
    if entry ? systems then entry.systems.${system} or (throw "${name} is not locked for ${system} in ${path}: run ./please lock")
    else entry;
  requires = package.requires or [ ];

  file = artifact:
    if !isAttrs artifact then bad "a file is not a table"
    else if !word artifact.file or null then bad "`file` is not the name of a file"
    else if !digest artifact.sha256 or null then bad "`sha256` is not a digest of 64 hexadecimal digits"
    else if artifact ? blake2b && !digest artifact.blake2b then bad "`blake2b` is not a digest of 64 hexadecimal digits"
    else if artifact ? size && !(isInt artifact.size && artifact.size > 0) then bad "`size` is not a number of bytes"
    else artifact;
  # An attribute without a name is not there.
  files = {
    ${if package ? wheel then "wheel" else null} = file package.wheel;
    ${if package ? sdist then "sdist" else null} = file package.sdist;
    ${if package ? wheels then "wheels" else null} = mapAttrs (_: file) package.wheels;
  };
in
if !isAttrs package then bad "it is not a table"
else if !normalised name then bad "its name is not normalised (PEP 503)"
else if !word package.version or null then bad "`version` is not a version (PEP 440)"
else if !isString package.index or "" then bad "`index` is not a name"
else if package ? wheels && !isAttrs package.wheels then bad "`wheels` is not a table"
else if package ? sdist && !isString package.build or null then bad "`build` does not say what it is built with"
else if !(names requires || isAttrs requires && all names (attrValues requires)) then bad "`requires` is not a list of names"
else package // files
