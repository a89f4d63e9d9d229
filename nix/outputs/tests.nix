# The tests of a member, run by pytest in the build sandbox: junit.xml and log in the output.
{ python, needs, ... }:
let
  inherit (builtins) match;

  # The tests and what configures them; not the code, which comes from the environment.
  belongs = file: match "pyproject\\.toml|setup\\.(py|cfg)|conftest\\.py|pytest\\.ini|tests(/.*)?" file != null;
  isModule = file: match "tests/test_[^/]*\\.py" file != null;
in
{
  kinds = [ "service" "library" ];
  # ./extras.nix gives a member further attributes, for the tests of one extra:
  #
  #   chosen      which modules to run: a regular expression for NAME in tests/test_NAME.py
  #   arguments   further arguments of pytest
  #   expected    where its tests should be, for the error of a member without tests
  build = member:
    let
      keys =
        if member.isGuest then throw
          ("${member.directory} has no tests in the resolve ${member.resolve}, which its pyproject.toml does not name: "
            + "build ${member.name}.tests, or add it to `resolves` in [tool.services] and run ./please lock")
        else if member.testKeys != [ ] then member.everything else throw
          "${member.directory} has no tests to run: its pyproject.toml needs [dependency-groups] with test = [\"pytest\"]; then run ./please lock";
      isChosen = file: match "tests/test_(${member.chosen or ".*"})\\.py" file != null;
    in
    python.step {
      name = "${member.name}-tests";
      script = ../python/steps/run_tests.py;
      imports = [ python.modules.source_links ];
      env = {
        environment = python.environment { name = "${member.name}-test-env"; inherit keys; };
        arguments = member.arguments or [ ];
        member = member.directory;
        expected = member.expected or "tests/test_*.py";
        src = python.sources member.directory (file: _: belongs file && (isModule file -> isChosen file));
      } // (if member.needs == [ ] then { } else {
        needs = needs.program;
        NEEDS_SERVERS = needs.variable member.directory member.needs;
      });
    };
}
