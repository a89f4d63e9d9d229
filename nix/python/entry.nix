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
name: entry:
let
  inherit (builtins) all attrValues isAttrs isInt isList isString match replaceStrings substring;

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

  bad = what: throw "${path}: the package ${name}: ${what}: restore the file (git checkout HEAD -- ${path}), then run ./please lock";
  # Value unless a reason holds.
  unless = reasons: value: builtins.foldl' (checked: reason: if reason.holds then checked else bad reason.what) value reasons;

  package =
    if entry ? systems then entry.systems.${system} or (throw "${name} is not locked for ${system} in ${path}: run ./please lock")
    else entry;

  file = artifact:
    if !isAttrs artifact then bad "a file is not a table"
    else unless [
      { holds = word artifact.file or null; what = "`file` is not the name of a file"; }
      { holds = digest artifact.sha256 or null; what = "`sha256` is not a digest of 64 hexadecimal digits"; }
      { holds = !(artifact ? blake2b) || digest artifact.blake2b; what = "`blake2b` is not a digest of 64 hexadecimal digits"; }
      { holds = !(artifact ? size) || isInt artifact.size && artifact.size > 0; what = "`size` is not a number of bytes"; }
    ] artifact;

  files = attributes:
    (if attributes ? wheel then { wheel = file attributes.wheel; } else { })
    // (if attributes ? sdist then { sdist = file attributes.sdist; } else { })
    // (if isAttrs attributes.wheels or null then { wheels = builtins.mapAttrs (_: file) attributes.wheels; } else { });
in
if !isAttrs package then bad "it is not a table"
else unless [
  { holds = normalised name; what = "its name is not normalised (PEP 503)"; }
  { holds = word package.version or null; what = "`version` is not a version (PEP 440)"; }
  { holds = isString package.index or ""; what = "`index` is not a name"; }
  { holds = !(package ? wheels) || isAttrs package.wheels; what = "`wheels` is not a table"; }
  { holds = !(package ? sdist) || isString (package.build or null); what = "`build` does not say what it is built with"; }
  {
    holds = let r = package.requires or [ ]; in names r || isAttrs r && all names (attrValues r);
    what = "`requires` is not a list of names";
  }
] (package // files package)
