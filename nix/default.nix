# Composes the stages: lock → packages → wheels → environment → outputs of members.
{
  system,
  pkgs ? null,
  mirror ? null,
  inNixShell ? false,
  # The checkout; tests put others here.
  root ? ../.,
}:
let
  inherit (builtins) attrValues concatMap mapAttrs;

  platform = import ./platform { inherit system pkgs mirror; };
  python = import ./python { inherit root platform; lockFile = root + "/nix/lock/python.json"; };
  needs = import ./needs { inherit platform python; };
  members = import ./members.nix { inherit root; inherit (python) packages; };

  outputsOf = import ./outputs.nix { kit = { inherit root platform python needs; }; inherit inNixShell; };
  made = mapAttrs (_: outputsOf) members;
  # All members in one, for a development shell.
  workspace = {
    name = "services";
    kind = "library";
    directory = "";
    everything = concatMap (member: member.everything) (attrValues members);
    needs = needs.union (map (member: member.needs) (attrValues members));
  };
in
mapAttrs (_: member: member.attribute) made // {
  # What the members are built with, and what belongs to no single one.
  toolchain = {
    inherit platform needs;
    inherit (python) graph packages wheels;
    jobs = mapAttrs (_: member: member.jobs) made;
    inherit ((outputsOf workspace).outputs) shell;
    # The environment that tests/ runs in.
    testEnv = python.environment { name = "toolchain-test-env"; keys = [ "services[:test]" "services[:lint]" "services[:build]" ]; };
  };
}
