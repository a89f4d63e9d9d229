# The tests of a member, run by pytest in the build sandbox: junit.xml and log in the output.
{ python, needs, ... }:
let
  inherit (builtins) any attrNames elem filter head match stringLength substring toJSON;

  # What configures the tests, in the files of which any tool may have its settings.
  configuration = "(pyproject|pytest|\\.pytest)\\.toml|setup\\.(py|cfg)|conftest\\.py|\\.?pytest\\.ini|tox\\.ini|\\.coveragerc";
  isModule = file: match "tests/test_[^/]*\\.py" file != null;
  # pytest reads the conftest.py of directories above tests, too.
  isAbove = file: path: match ".+/conftest\\.py" file != null && startsWith "${dirOf file}/" path;
  # Whether a file is at a path or below it, or a directory is above it.
  isAt = file: path: file == path || startsWith "${path}/" file || startsWith "${file}/" path;
  startsWith = start: text: substring 0 (stringLength start) text == start;
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
      inherit (member) directory;
      inherit (member.tests) paths files;
      keys =
        if member.isGuest then throw
          ("${directory} has no tests in the resolve ${member.resolve}, which its pyproject.toml does not name: "
            + "build ${member.name}.tests, or add it to `resolves` in [tool.services] and run ./please lock")
        else if elem "pytest" (python.graph.names member.everything) then member.everything
        else if withPytest != [ ] then throw
          ("${directory} has no pytest for its tests, only in the dependency group ${head withPytest}: write "
            + "groups = [\"${head withPytest}\"] in [tool.services.tests] of its pyproject.toml")
        else throw
          ("${directory} has no tests to run: its pyproject.toml needs [dependency-groups] with test = [\"pytest\"]; then run "
            + "./please lock");
      withPytest = filter (group: elem "pytest" (python.graph.names [ "${member.key}[:${group}]" ])) (attrNames (member.package.groups or { }));
      # The tests and what they read; not the code, which comes from the environment, unless it is among `files`.
      belongs = file: match configuration file != null || any (isAt file) (paths ++ files) || any (isAbove file) paths;
      isChosen = file: match "tests/test_(${member.chosen or ".*"})\\.py" file != null;
    in
    python.step {
      name = "${member.name}-tests";
      script = ../python/steps/run_tests.py;
      imports = [ python.modules.source_links ];
      env = {
        environment = python.environment { name = "${member.name}-test-env"; inherit keys; };
        arguments = member.arguments or [ ];
        paths = toJSON paths;
        member = directory;
        expected = member.expected or (if paths == [ "tests" ] then "tests/test_*.py" else toString paths);
        src = python.sources directory (file: _: belongs file && (isModule file -> isChosen file));
      } // (if member.needs == [ ] then { } else {
        needs = needs.program;
        NEEDS_SERVERS = needs.variable directory member.needs;
        NEEDS_VARIABLES = toJSON member.variables;
      });
    };
}
