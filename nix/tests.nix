# The tests of a member, run by pytest in the build sandbox: junit.xml and log in the output.
{ root, python }:
name: member: keys:
python.step {
  name = "${name}-tests";
  script = ./python/steps/run_tests.py;
  env = {
    environment = python.environment { name = "${name}-test-env"; inherit keys; };
    # The tests, and pytest's configuration; not the code, which comes from the environment.
    src = builtins.path {
      name = "tests";
      path = root + "/${member.directory}";
      filter = path: type:
        let
          base = baseNameOf path;
          file = builtins.substring (builtins.stringLength (toString root + "/${member.directory}/")) 4096 path;
        in
        base != "__pycache__" && (base == "pyproject.toml" || builtins.match "tests(/.*)?" file != null);
    };
  };
}
