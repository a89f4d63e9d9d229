# A library: lib/<name> -> an environment with it, with .extras.<extra>, .tests and .shell.
{ python, tests, shell, inNixShell }:
name: member:
let
  package = python.environment { inherit name; keys = [ member.key ]; };
  outputs = {
    # For each extra, an environment with the library and that extra alone.
    extras = builtins.listToAttrs (map
      (extra: {
        name = extra;
        value = python.environment { name = "${name}-${extra}"; keys = [ member.key "${member.key}[${extra}]" ]; };
      })
      member.extras);
    tests = tests name member member.everything;
    shell = shell name member.everything;
  };
in
(if inNixShell then outputs.shell else package) // outputs
