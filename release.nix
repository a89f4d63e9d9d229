# What CI builds: a plain job set, <member>.<output>.<system>, and one aggregate of all jobs.
#
# Job by job: nix-build release.nix -A treestatus.tests.x86_64-linux. A CI server may pass
# further systems; each needs a builder of that kind.
{ systems ? [ builtins.currentSystem ], pkgs ? null, mirror ? null }:
let
  inherit (builtins) attrValues concatMap head listToAttrs mapAttrs;

  forSystems = f: listToAttrs (map (system: { name = system; value = f system; }) systems);
  workspaces = forSystems (system: (import ./nix { inherit system pkgs mirror; }).toolchain);
  perSystem = kind: name: output: forSystems (system: output workspaces.${system}.${kind}.${name});

  # The names are the same for every system.
  any = workspaces.${head systems};
  jobs =
    mapAttrs
      (name: _: {
        app = perSystem "services" name (service: service.app);
        tests = perSystem "services" name (service: service.tests);
        shell = perSystem "services" name (service: service.shell.environment);
      })
      any.services
    // mapAttrs
      (name: library: {
        package = perSystem "libraries" name (library: library);
        tests = perSystem "libraries" name (library: library.tests);
        extras = mapAttrs
          (extra: _: {
            package = perSystem "libraries" name (library: library.extras.${extra});
            tests = perSystem "libraries" name (library: library.extras.${extra}.tests);
          })
          library.extras;
      })
      any.libraries;

  derivations = job: if job ? drvPath then [ job ] else concatMap derivations (attrValues job);
  platform = any.platform;
in
jobs // {
  # Built when all others are; `constituents` and `_hydraAggregate` are what Hydra looks for.
  aggregate = derivation {
    name = "aggregate";
    inherit (platform) system;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''for job in $constituents; do echo "$job"; done > "$out"'' ];
    constituents = derivations jobs;
    _hydraAggregate = true;
  };
}
