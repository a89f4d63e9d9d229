# The tests of a member, run by pytest in the build sandbox: junit.xml and log in the output.
{ python, needs }:
{
  # The name of what is tested.
  name,
  # The member whose tests they are.
  member,
  # What the environment is made of, as keys of the graph.
  keys,
  # Names of the servers that run meanwhile.
  servers ? [ ],
  # Which modules of tests to run, a regular expression for NAME in tests/test_NAME.py.
  only ? ".*",
  # Further arguments of pytest.
  arguments ? [ ],
}:
let
  isTest = file: builtins.match "tests/test_[^/]*\\.py" file != null;
  withPytest = if member.testKeys != [ ] then keys else throw
    "${member.directory} has no tests to run: its pyproject.toml needs [dependency-groups] with test = [\"pytest\"]; then run ./please lock";
  isChosen = file: builtins.match "tests/test_(${only})\\.py" file != null;
in
python.step {
  name = "${name}-tests";
  script = ./python/steps/run_tests.py;
  env = {
    environment = python.environment { name = "${name}-test-env"; keys = withPytest; };
    inherit arguments;
    # The tests, and the manifest; not the code, which comes from the environment.
    src = python.sources member.directory (file: _:
      builtins.match "pyproject\\.toml|setup\\.(py|cfg)|conftest\\.py|pytest\\.ini|tests(/.*)?" file != null && (isTest file -> isChosen file));
  } // (if servers == [ ] then { } else {
    needs = needs.program;
    NEEDS_SERVERS = needs.variable member.directory servers;
  });
}
