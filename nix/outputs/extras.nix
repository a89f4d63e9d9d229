# For each extra of a library, an environment with the library and that extra alone.
#
# The .tests of an extra run in such an environment: tests/test_<extra>.py, tests/test_<extra>_*.py,
# and where the library has tests/test_contract.py, that too, with --extension <extra>.
{ root, python, ... }@kit:
let
  inherit (builtins) listToAttrs mapAttrs pathExists;

  tests = import ./tests.nix kit;
  hasContract = member: pathExists (root + "/${member.directory}/tests/test_contract.py");

  alone = member: extra:
    let
      name = "${member.name}-${extra}";
      keys = [ member.key "${member.key}[${extra}]" ];
    in
    python.environment { inherit name keys; } // (if member.isGuest then { } else {
      tests = tests.build (member // {
        inherit name;
        everything = keys ++ member.testKeys;
        needs = member.extraNeeds.${extra} or [ ];
        chosen = "${extra}(_.*)?|contract";
        expected = "tests/test_${extra}.py";
        arguments = if hasContract member then [ "--extension" extra ] else [ ];
      });
    });
in
{
  kinds = [ "library" ];
  build = member: listToAttrs (map (extra: { name = extra; value = alone member extra; }) member.extras);
  job = mapAttrs (_: extra: { package = extra; } // (if extra ? tests then { inherit (extra) tests; } else { }));
}
