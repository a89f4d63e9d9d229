# The tests of a member, run by pytest in the build sandbox: junit.xml and log in the output.
{ python }:
name: member: keys:
python.step {
  name = "${name}-tests";
  script = ./python/steps/run_tests.py;
  env = {
    environment = python.environment { name = "${name}-test-env"; inherit keys; };
    # The tests, and the manifest; not the code, which comes from the environment.
    src = python.sources member.directory (file: _: builtins.match "pyproject\\.toml|setup\\.py|tests(/.*)?" file != null);
  };
}
