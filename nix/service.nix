# A service: src/<name> -> its app, with .tests and .shell.
{ root, python, tests, shell, inNixShell }:
name: member:
let
  inherit (builtins) filter pathExists;

  # What the conventions ask of a service's directory.
  required = [ "settings.py" "${member.module}/__init__.py" "${member.module}/flask.py" ];
  missing = filter (file: !pathExists (root + "/${member.directory}/${file}")) required;

  app =
    if missing != [ ] then throw "${member.directory} is not a service: it has no ${builtins.concatStringsSep ", no " missing} (README.md, Adding a service)"
    else python.environment {
      inherit name;
      keys = [ member.key ];
      launcher = member.module;
    };
  outputs = {
    inherit app;
    tests = tests { inherit name member; keys = member.everything; servers = member.needs; };
    shell = shell { inherit name; project = member.directory; keys = member.everything; servers = member.needs; };
  };
in
(if inNixShell then outputs.shell else app) // outputs
