# A library: lib/<name> -> an environment with it, with .extras.<extra>, .complete, .tests and .shell.
#
# For each extra there is an environment with the library and that extra alone, and its .tests run in
# it: those of that extra (tests/test_<extra>.py, tests/test_<extra>_*.py) and, where the library has
# them, those that every extra has to pass (tests/test_contract.py --extension <extra>). In .complete
# are all extras, and nothing of the tests.
{ root, python, tests, shell, inNixShell }:
name: member:
let
  package = python.environment { inherit name; keys = [ member.key ]; };
  hasContract = builtins.pathExists (root + "/${member.directory}/tests/test_contract.py");
  alone = extra:
    let keys = [ member.key "${member.key}[${extra}]" ]; in
    python.environment { name = "${name}-${extra}"; inherit keys; } // {
      tests = tests {
        name = "${name}-${extra}";
        inherit member;
        keys = keys ++ member.testKeys;
        servers = member.extraNeeds.${extra} or [ ];
        only = "${extra}(_.*)?|contract";
        arguments = if hasContract then [ "--extension" extra ] else [ ];
      };
    };
  outputs = {
    extras = builtins.listToAttrs (map (extra: { name = extra; value = alone extra; }) member.extras);
    complete = python.environment {
      name = "${name}-complete";
      keys = [ member.key ] ++ map (extra: "${member.key}[${extra}]") member.extras;
    };
    tests = tests { inherit name member; keys = member.everything; servers = member.needs; };
    shell = shell { inherit name; project = member.directory; keys = member.everything; servers = member.needs; };
  };
in
(if inNixShell then outputs.shell else package) // outputs
