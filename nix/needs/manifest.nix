# A member's directory -> what its pyproject.toml says in [tool.services]:
#
#   needs    the names of the servers that it asks for
#   extras   for an extra, those that the tests of that extra ask for
{ root }:
directory:
let
  inherit (builtins) addErrorContext attrNames fromTOML pathExists readFile;

  file = root + "/${directory}/pyproject.toml";
  manifest = addErrorContext "while reading ${toString file}" (fromTOML (readFile file));
  said = if pathExists file then manifest.tool.services or { } else { };
  defaults = { needs = [ ]; extras = { }; };
  unknown = attrNames (removeAttrs said (attrNames defaults));
in
if unknown != [ ] then throw "${directory}/pyproject.toml: [tool.services] has no setting ${toString unknown}, only ${toString (attrNames defaults)}"
else defaults // said
