# A member's directory -> the table [tool.services] of its pyproject.toml:
#
#   needs        the names of the servers that it asks for
#   extras       for an extra, those that the tests of that extra ask for
#   variables    further variables with the addresses of servers: a text with $NAME for another variable
#   tests        { paths, files, groups }: where its tests are, which other files of the member they read, and
#                the dependency groups that they need
#   app          where a service has its application, if not in <service>.flask:app
#   command      the name of the command that serves a service, if not that of its module
#   resolve, resolves   the resolves that it is in, which the lock knows
#   collisions   for a path that several packages have, the package to take it from
#
# The directory "." is the workspace's own.
{ root }:
directory:
let
  inherit (builtins) addErrorContext all any attrNames attrValues fromTOML isAttrs isList isString match pathExists readFile;

  file = root + "/${directory}/pyproject.toml";
  manifest = addErrorContext "while reading ${toString file}" (fromTOML (readFile file));
  said = if pathExists file then manifest.tool.services or { } else { };
  defaultTests = { paths = [ "tests" ]; files = [ ]; groups = [ "test" ]; };
  defaults = { app = null; command = null; needs = [ ]; extras = { }; variables = { }; tests = { }; collisions = { }; resolve = null; resolves = null; };
  unknown = attrNames (removeAttrs said (attrNames defaults));
  collisions = said.collisions or { };
  tests = said.tests or { };
  variables = said.variables or { };
  isNames = value: isList value && all isString value;
  # Of a file or directory of the member.
  isPath = path: match "[^/].*" path != null && match "(.*/)?\\.\\.?(/.*)?|.*/" path == null;
  list = builtins.concatStringsSep ", ";
  where = "${if directory == "." then "" else "${directory}/"}pyproject.toml: [tool.services";
in
if unknown != [ ] then throw "${where}] has no setting ${list unknown}, only ${list (attrNames defaults)}"
else if !(isAttrs collisions && all isString (attrValues collisions)) then throw
  "${where}.collisions] is not a table of packages by path, such as \"tests/__init__.py\" = \"package\""
# ./python/steps/launcher.py reads the place, as soon as the modules of the service are there.
else if !isString (said.app or "") then throw
  "${where}] app is not the place of an application: write \"module:object\" or \"module:create_app()\""
else if said ? command && !(isString said.command && match "[A-Za-z0-9_][A-Za-z0-9_.-]*" said.command != null) then throw
  "${where}] command is not the name of a command, such as \"shop-server\""
else if !(isAttrs variables && all isString (attrValues variables)) then throw
  "${where}.variables] is not a table of texts, such as CACHE_ADDRESS = \"$CACHE_URL\""
else if !(isAttrs tests && removeAttrs tests (attrNames defaultTests) == { } && all isNames (attrValues tests)) then throw
  "${where}.tests] is not a table of lists of names: paths, files and groups"
else if tests.paths or null == [ ] then throw
  "${where}.tests] paths is empty: name where the tests are, or delete the line for [\"tests\"]"
else if any (path: !isPath path) (tests.paths or [ ] ++ tests.files or [ ]) then throw
  "${where}.tests] has a path that is not one of a file or directory of the member, such as \"tests\""
else defaults // said // { tests = defaultTests // tests; }
