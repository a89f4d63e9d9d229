# The app of a service: an environment with it and its command, bin/<module>.
{ root, python, ... }:
let
  inherit (builtins) any concatStringsSep filter pathExists;

  # The files that the conventions ask for. A service that says where its application is needs none of them.
  required = member: if member.app != null then [ ] else [ "settings.py" "${member.module}/__init__.py" "${member.module}/flask.py" ];
  # A package may be in src/ of the member.
  exists = member: file: any (place: pathExists (root + "/${member.directory}/${place}${file}")) [ "" "src/" ];
  missing = member: filter (file: !exists member file) (required member);
in
{
  kinds = [ "service" ];
  build = member:
    if missing member != [ ] then throw
      "${member.directory} is not a service: it has no ${concatStringsSep ", no " (missing member)} (README.md, Adding a service)"
    else python.environment {
      inherit (member) name;
      keys = [ member.key ];
      launcher = {
        inherit (member) module app directory;
        command = if member.command != null then member.command else member.module;
      };
    };
}
