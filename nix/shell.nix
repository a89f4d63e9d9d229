# A development shell: third-party packages from the store, code live from the checkout, and
# pytest and the linters at hand.
{ root, platform, python, needs }:
{
  # The name of what it is for.
  name,
  # What is in it, as keys of the graph.
  keys,
  # Whose it is: a path in the checkout.
  project,
  # Names of the servers that the command `needs` starts in it.
  servers,
}:
let
  members = builtins.filter (package: package ? local)
    (map (name: python.packages.${name}) (python.graph.names keys));
in
derivation ({
  name = "${name}-shell";
  inherit (platform) system;
  builder = "${platform.busybox}/bin/busybox";
  args = [ "sh" "-c" "echo 'error: this is a development shell: enter it with nix-shell' >&2; exit 1" ];
  # nix-shell sources $stdenv/setup.
  stdenv = builtins.path { name = "stdenv"; path = ./shell; };
  environment = python.environment { name = "${name}-shell-env"; keys = keys ++ [ "services[:test]" "services[:lint]" ]; live = true; };
  live = builtins.concatStringsSep ":" (map (package: "${toString root}/${package.local}") members);
} // (if servers == [ ] then { } else {
  needs = needs.program;
  NEEDS_SERVERS = needs.variable project servers;
  NEEDS_PROJECT = "${toString root}/${project}";
}))
