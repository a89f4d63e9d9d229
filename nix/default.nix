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

  tests = import ./tests.nix { inherit python; };
  shell = import ./shell.nix { inherit root platform python; };
  service = import ./service.nix { inherit root python tests shell inNixShell; };
  library = import ./library.nix { inherit python tests shell inNixShell; };

  services = builtins.mapAttrs service members.services;
  libraries = builtins.mapAttrs library members.libraries;
in
services // libraries // {
  # What the members are built with, and what belongs to no single one.
  toolchain = {
    inherit platform services libraries;
    inherit (python) graph packages wheels;
    # A development shell with all members; and the environment that tests/ runs in.
    shell = shell "services" (builtins.concatMap (member: member.everything) (builtins.attrValues (members.services // members.libraries)));
    testEnv = python.environment { name = "toolchain-test-env"; keys = [ "services[:test]" "services[:lint]" "services[:build]" ]; };
  };
}
