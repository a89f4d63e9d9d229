# A member's directory -> the table [tool.services] of its pyproject.toml:
#
#   needs        the names of the servers that it asks for
#   extras       for an extra, those that the tests of that extra ask for
#   app          where a service has its application, if not in <service>.flask:app
#   resolve, resolves   the resolves that it is in, which the lock knows
#   collisions   for a path that several packages have, the package to take it from
#
# The directory "." is the workspace's own.
{ root }:
directory:
let
  inherit (builtins) addErrorContext all attrNames attrValues fromTOML isAttrs isString match pathExists readFile;

  file = root + "/${directory}/pyproject.toml";
  manifest = addErrorContext "while reading ${toString file}" (fromTOML (readFile file));
  said = if pathExists file then manifest.tool.services or { } else { };
  defaults = { app = null; needs = [ ]; extras = { }; collisions = { }; resolve = null; resolves = null; };
  unknown = attrNames (removeAttrs said (attrNames defaults));
  collisions = said.collisions or { };
  list = builtins.concatStringsSep ", ";
  where = "${if directory == "." then "" else "${directory}/"}pyproject.toml: [tool.services";
in
if unknown != [ ] then throw "${where}] has no setting ${list unknown}, only ${list (attrNames defaults)}"
else if !(isAttrs collisions && all isString (attrValues collisions)) then throw
  "${where}.collisions] is not a table of packages by path, such as \"tests/__init__.py\" = \"package\""
else if said ? app && !(isString said.app && match "[A-Za-z0-9_.]+:[A-Za-z0-9_]+(\\(.*\\))?" said.app != null) then throw
  "${where}] app is not the place of an application: write \"module:object\" or \"module:create_app()\""
else defaults // said
