# Composes the stages: lock → packages → wheels → environment → outputs of members.
{
  system,
  pkgs ? null,
  mirror ? null,
  # The base URL of an archive of Debian snapshots; null for what SERVICES_DEBIAN_ARCHIVE says.
  archive ? null,
  # A pip.conf that says where packages come from; null for what the machine's pip reads.
  pipConfiguration ? null,
  inNixShell ? false,
  # The checkout; tests put others here.
  root ? ../.,
  # The requirements of builds, in place of those of the lock: see ./python/builds.nix.
  builds ? null,
}:
let
  inherit (builtins) attrNames attrValues concatMap filter mapAttrs;

  # By Debian release, for all that are locked: Nix evaluates those that something asks for.
  platforms = mapAttrs (release: _: import ./platform { inherit system pkgs mirror archive release; }) locked.releases;
  locked = import ./python/packages.nix { inherit root system; };
  buildsOf = let found = import ./python/builds.nix { inherit root system; given = builds; }; in
    release: { python = ""; sets = { }; } // found.${release} or { } // { inherit release; };

  # The tables [tool.services] of the members and of the workspace, by their names in the lock.
  tables = mapAttrs (_: member: import ./manifest.nix { inherit root; } member.directory)
    (locked.members // { services.directory = "."; });

  # What is made for one resolve, by its name.
  kits = mapAttrs
    (resolve: packages:
      let
        file = "nix/lock/debian/${packages.platform}.json";
        platform = platforms.${packages.platform} or (throw
          "${file} does not exist: restore it (git checkout HEAD -- nix/lock), or run ./please lock --platform ${packages.platform}");
        python = import ./python {
          inherit root platform resolve pipConfiguration serving tables;
          locked = packages;
          tools = tools.python;
          builds = buildsOf packages.platform;
        };
      in
      {
        inherit python platform;
        outputsOf = import ./outputs.nix {
          inherit inNixShell;
          kit = { inherit root platform python needs; linters = linters packages.platform; };
        };
      })
    locked.resolves;
  # By Debian release, what builds members without what is locked of them: see ./request.nix.
  builders = mapAttrs
    (release: platform: import ./python {
      inherit root platform pipConfiguration tables;
      resolve = "build";
      lock = "builds/${release}";
      locked = { python = ""; index = { }; members = { }; root = { groups = { }; }; };
      tools = tools.python;
      builds = buildsOf release;
    })
    platforms;
  # The resolve of members that name none; and that of the programs that the toolchain itself runs.
  default = kits.default or (missing "default");
  tools = kits.tools or (missing "tools");
  # The Python of the resolve that lib/serving is in, which is where its server comes from.
  serving = if locked.members ? serving then kits.${builtins.head locked.members.serving.named}.python else null;
  # The linters for a platform, as parts of an environment: those of `tools`, or of `tools-<platform>`.
  linters = release:
    let resolve = if locked.resolves.tools.platform or release == release then "tools" else "tools-${release}"; in
    (kits.${resolve} or (missing resolve)).python.partsOf [ "services[:lint]" ];
  missing = resolve: throw "nix/lock/python/${resolve}.json does not exist: run ./please lock";

  # Servers, and the tools of the toolchain itself.
  inherit (tools) platform;
  needs = import ./needs { inherit platform; inherit (tools) python; };
  # A set without the attributes whose names satisfy a predicate.
  without = predicate: set: removeAttrs set (filter predicate (attrNames set));
  # Whether no file of a resolve's platform leaves the mirrors.
  isFrozen = resolve: kits.${resolve}.platform.isFrozen;
  members = import ./members.nix { inherit root tables; locked = locked.members; packages = mapAttrs (_: kit: kit.python.packages) kits; };

  made = mapAttrs
    (_: member:
      let
        inResolve = mapAttrs (_: each: kits.${each.resolve}.outputsOf each) member.resolves;
        others = removeAttrs inResolve [ member.resolve ];
        inherit (inResolve.${member.resolve}) attribute jobs;
      in
      {
        attribute = attribute // { resolves = mapAttrs (_: each: each.attribute) inResolve; };
        # What CI builds of it in the resolves that `isWanted` chooses, a function of the name.
        jobs = isWanted:
          let wanted = without (name: !isWanted name) others; in
          (if isWanted member.resolve then jobs else { }) // (if wanted == { } then { } else {
            # A guest has no tests.
            resolves = mapAttrs (name: each: removeAttrs each.jobs (if member.resolves.${name}.isGuest then [ "tests" ] else [ ])) wanted;
          });
        # By resolve, whether all files that its tests need stay on the mirrors.
        tests = mapAttrs (name: _: isFrozen name) (without (name: member.resolves.${name}.isGuest) member.resolves);
      })
    members;
  # All members of a resolve in one, for a development shell.
  workspace = resolve:
    let inResolve = concatMap (member: if member.resolves ? ${resolve} then [ member.resolves.${resolve} ] else [ ]) (attrValues members); in
    {
      name = "services";
      kind = "library";
      directory = "";
      everything = concatMap (member: member.everything) inResolve;
      # Two members may give one variable different values.
      variables = { };
      needs = needs.union (map (member: member.needs) inResolve);
    };
  shells = mapAttrs (resolve: kit: (kit.outputsOf (workspace resolve)).outputs.shell) kits;
in
mapAttrs (_: member: member.attribute) made // {
  # What the members are built with, and what belongs to no single one.
  toolchain = {
    inherit platform needs kits builders;
    inherit (default.python) graph wheels;
    jobs = mapAttrs (_: member: member.jobs (_: true)) made;
    # Those of which all files stay on the mirrors.
    frozenJobs = mapAttrs (_: member: member.jobs isFrozen) made;
    # For ./please test: the resolves in which a member has tests -> whether those are among `frozenJobs`.
    tests = mapAttrs (_: member: member.tests) made;
    inherit shells;
    shell = shells.default;
    # The environment that tests/ runs in.
    testEnv = tools.python.environment { name = "toolchain-test-env"; keys = [ "services[:test]" "services[:lint]" "services[:build]" ]; };
  };
}
