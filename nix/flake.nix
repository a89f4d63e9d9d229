# The outputs of the flake: what default.nix and release.nix have, where flakes have it.
{ self, mirror, archive, pip, nixpkgs }:
let
  inherit (builtins) attrNames concatMap filter head isString listToAttrs mapAttrs pathExists readFile removeAttrs split;

  # The systems that nix/lock is for.
  systems = [ "x86_64-linux" "aarch64-linux" ];
  bySystem = f: listToAttrs (map (system: { name = system; value = f workspaces.${system}; }) systems);
  workspaces = listToAttrs (map
    (system: {
      name = system;
      value = import ./. {
        inherit system;
        mirror = address "mirror" mirror;
        archive = address "archive" archive;
        pipConfiguration = if isGiven pip then withoutLogin (file "pip" "pip.conf" pip) else null;
        pkgs = if isGiven nixpkgs then nixpkgs.legacyPackages.${system} else null;
      };
    })
    systems);

  isGiven = input: input.outPath != self.outPath;
  # An input that is a file, or a directory with a file of a name. Nix before 2.14 cannot say which it is.
  file = input: name: given:
    if pathExists "${given}/${name}" then "${given}/${name}"
    else if builtins ? readFileType && builtins.readFileType given == "directory" then throw
      "the input ${input} is a directory without a file ${name}: add it, or name a file, --override-input ${input} path:FILE (docs/flakes.md)"
    else "${given}";
  # The base URL in an input, null where that is not given.
  address = input: given:
    let words = filter (word: isString word && word != "") (split "[ \t\r\n]+" (readFile (file input input given))); in
    if !isGiven given then null
    else if words != [ ] then head words
    else throw "the input ${input} is an empty file: write a base URL into it (docs/flakes.md)";
  # Every user of the machine can read the files in the store.
  withoutLogin = file:
    if (import ./python/fetch/pip.nix { configurationFile = file; etc = "${file}/etc"; getEnv = _: ""; }).configuration.hasLogins then throw
      "the input pip has a login in it, which every user could read in the Nix store: leave it out, and put it in netrc(5) (docs/indexes.md)"
    else file;

  # By its name, the tests of each member, in each of its resolves.
  checks = jobs: listToAttrs (concatMap
    (member:
      let
        resolves = jobs.${member}.resolves or { };
        tested = filter (resolve: resolves.${resolve} ? tests) (attrNames resolves);
      in
      [{ name = member; value = jobs.${member}.tests; }]
      ++ map (resolve: { name = "${member}-${resolve}"; value = resolves.${resolve}.tests; }) tested)
    (attrNames jobs));
  members = workspace: removeAttrs workspace [ "toolchain" ];
in
{
  packages = bySystem members;
  devShells = bySystem (workspace: mapAttrs (_: member: member.shell) (members workspace) // { default = workspace.toolchain.shell; });
  checks = bySystem (workspace: checks workspace.toolchain.jobs);
}
