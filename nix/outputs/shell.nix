# A development shell: third-party packages from the store, code live from the checkout, and
# the tests' packages and the linters at hand.
{ root, platform, python, linters, needs, ... }:
let
  inherit (builtins) catAttrs concatStringsSep filter head match path replaceStrings storeDir;

  # The members that are in a shell, and where their code is.
  names = member: filter (name: python.members ? ${name}) (python.graph.names member.everything);
  members = member: map (name: python.packages.${name}) (names member);
  sources = member: map (name: python.members.${name}.live (if isCopy then null else checkout)) (names member);
  # Python splits PYTHONPATH at colons, which cannot be escaped.
  checkout =
    let directory = toString root; in
    if replaceStrings [ ":" ] [ "" ] directory == directory then directory else throw
      "${directory}: a development shell puts the code on PYTHONPATH, which a colon splits: move the checkout to a path without a colon";
  # Nix evaluates a flake from a copy in the store, or in the place of a store elsewhere.
  isCopy = match ".*${storeDir}/.*" (toString root) != null;
  files = path { name = "shell"; path = ./shell; };
in
{
  kinds = [ "service" "library" ];
  build = member: derivation ({
    name = "${member.name}-shell";
    inherit (platform) system locale;
    # nix develop takes no other builder than a bash, and writes what it finds into the first of $outputs.
    outputs = [ "out" ];
    builder = "${platform.bash}/bin/bash";
    args = [ "-c" "echo 'error: this is a development shell: enter it with nix-shell or nix develop' >&2; exit 1" ];
    # nix-shell and nix develop source $stdenv/setup, the latter in a build, and run the hook at the start of the shell.
    stdenv = files;
    shellHook = "source ${files}/enter";
    environment = python.environment {
      name = "${member.name}-shell-env";
      keys = member.everything;
      # They may require other versions of packages than the shell has.
      borrowed = linters;
      live = true;
    };
    # Where the code is live; a copy has none that anybody edits.
    ${if isCopy then "copy" else "checkout"} = checkout;
    # A file that no other checkout has.
    anchor = "${(head (members member)).directory}/pyproject.toml";
    # Directories in it with code; and derivations that name those of members that their backends build.
    live = concatStringsSep ":" (catAttrs "directory" (sources member));
    built = catAttrs "built" (sources member);
  } // (if member.needs == [ ] then { } else {
    needs = needs.program;
    # A shell is of use without the servers that the platform lacks.
    NEEDS_SERVERS = needs.variable member.directory (needs.available member.needs);
    NEEDS_VARIABLES = builtins.toJSON member.variables;
    project = member.directory;
  }));
  # What a shell is built of; the shell itself is only entered.
  job = shell: shell.environment;
}
