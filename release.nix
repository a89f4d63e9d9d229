# What CI builds: a plain job set, <member>.<output>.<system>, and one aggregate of all jobs.
#
# Job by job: nix-build release.nix -A treestatus.tests.x86_64-linux. A CI server may pass
# further systems; each needs a builder of that kind.
{
  systems ? [ builtins.currentSystem ],
  pkgs ? null,
  mirror ? null,
  # Whether to leave out what is built of a Debian release whose files leave the mirrors.
  frozen ? false,
}:
let
  inherit (builtins) attrValues concatMap foldl' head listToAttrs mapAttrs;

  toolchains = listToAttrs (map
    (system: { name = system; value = (import ./nix { inherit system pkgs mirror; }).toolchain; })
    systems);
  # The names are the same for every system.
  any = toolchains.${head systems};

  # A job of `any`, or a set of such, and its path -> that with each job by system.
  perSystem = path: job:
    if job ? drvPath then mapAttrs (_: toolchain: foldl' (jobs: name: jobs.${name}) toolchain.jobs path) toolchains
    else mapAttrs (name: perSystem (path ++ [ name ])) job;
  jobs = perSystem [ ] (if frozen then any.frozenJobs else any.jobs);

  derivations = job: if job ? drvPath then [ job ] else concatMap derivations (attrValues job);
  inherit (any) platform;
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
