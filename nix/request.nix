# What `please lock` asks build backends, in the sandbox: a list of derivations. For each member of the
# request, its wheel (./python/member_wheel.nix) and, if it may be copied, the comparison of the copy with
# that (./python/steps/compare_copies.py). For each sdist, its metadata (./python/sdist_metadata.nix).
{
  # The path of a JSON file:
  #
  #   builds    the content of the files nix/lock/builds/<release>.json, by release
  #   members   a list of { name, directory, release, build, plain }, as the lock has them; plain may be null
  #   sdists    a list of { name, release, package }; package is the entry, as the lock has them
  request,
  system ? builtins.currentSystem,
}:
let
  said = builtins.fromJSON (builtins.readFile request);
  inherit ((import ./. { inherit system; inherit (said) builds; }).toolchain) builders;

  of = member:
    let made = builders.${member.release}.member member.name { inherit (member) directory build plain; }; in
    [ made.wheel ] ++ (if member.plain == null then [ ] else [ made.comparison ]);
in
builtins.concatMap of said.members ++ map (each: builders.${each.release}.sdistMetadata each.name each.package) said.sdists
