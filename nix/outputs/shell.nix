# A development shell: third-party packages from the store, code live from the checkout, and
# pytest and the linters at hand.
{ root, platform, python, needs, ... }:
let
  inherit (builtins) concatStringsSep filter path replaceStrings;

  members = keys: filter (package: package ? directory)
    (map (name: python.packages.${name}) (python.graph.names keys));
  # Python splits PYTHONPATH at colons, which cannot be escaped.
  checkout =
    let directory = toString root; in
    if replaceStrings [ ":" ] [ "" ] directory == directory then directory else throw
      "${directory}: a development shell puts the code on PYTHONPATH, which a colon splits: move the checkout to a path without a colon";
in
{
  kinds = [ "service" "library" ];
  build = member: derivation ({
    name = "${member.name}-shell";
    inherit (platform) system locale;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" "-c" "echo 'error: this is a development shell: enter it with nix-shell' >&2; exit 1" ];
    # nix-shell sources $stdenv/setup.
    stdenv = path { name = "stdenv"; path = ./shell; };
    environment = python.environment {
      name = "${member.name}-shell-env";
      keys = member.everything ++ [ "services[:test]" "services[:lint]" ];
      live = true;
    };
    live = concatStringsSep ":" (map (package: "${checkout}/${package.directory}") (members member.everything));
  } // (if member.needs == [ ] then { } else {
    needs = needs.program;
    NEEDS_SERVERS = needs.variable member.directory member.needs;
    NEEDS_PROJECT = "${checkout}/${member.directory}";
  }));
  # What a shell is built of; the shell itself is only entered.
  job = shell: shell.environment;
}
