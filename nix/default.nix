# Composes the stages: lock → packages → wheels → environment → service → app, tests, shell.
{
  system,
  pkgs ? null,
  mirror ? null,
  inNixShell ? false,
  # The checkout; tests put others here.
  root ? ../.,
}:
let
  platform = import ./platform { inherit system pkgs mirror; };
  python = import ./python { inherit root platform; lockFile = root + "/nix/lock/python.json"; };
  members = import ./members.nix { inherit root; inherit (python) packages; };

  needs = import ./needs { inherit platform python; };
  tests = import ./tests.nix { inherit python needs; };
  shell = import ./shell.nix { inherit root platform python needs; };
  service = import ./service.nix { inherit root python tests shell inNixShell; };
  library = import ./library.nix { inherit root python tests shell inNixShell; };

  services = builtins.mapAttrs service members.services;
  libraries = builtins.mapAttrs library members.libraries;
  everyone = builtins.attrValues (members.services // members.libraries);
in
services // libraries // {
  # What the members are built with, and what belongs to no single one.
  toolchain = {
    inherit platform services libraries needs;
    inherit (python) graph packages wheels;
    # A development shell with all members; and the environment that tests/ runs in.
    shell = shell {
      name = "services";
      project = "";
      keys = builtins.concatMap (member: member.everything) everyone;
      servers = needs.union (map (member: member.needs) everyone);
    };
    testEnv = python.environment { name = "toolchain-test-env"; keys = [ "services[:test]" "services[:lint]" "services[:build]" ]; };
  };
}
