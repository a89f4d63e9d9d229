# A development shell: third-party packages from the store, code live from the checkout, and
# pytest and the linters at hand.
{ root, platform, python }:
name: keys:
let
  inherit (builtins) filter;

  # The workspace members among what is asked for: keys of the graph that are a name alone.
  members = filter (package: package ? local) (
    map (key: python.packages.${key} or { }) (python.graph.closure keys)
  );
in
derivation {
  name = "${name}-shell";
  inherit (platform) system cacert tzdata;
  builder = "${platform.busybox}/bin/busybox";
  args = [ "sh" "-c" "echo 'error: this is a development shell: enter it with nix-shell' >&2; exit 1" ];
  # nix-shell sources $stdenv/setup.
  stdenv = builtins.path { name = "stdenv"; path = ./shell; };
  environment = python.environment { name = "${name}-shell-env"; keys = keys ++ [ "services[:test]" "services[:lint]" ]; live = true; };
  live = map (package: "${toString root}/${package.local}") members;
}
