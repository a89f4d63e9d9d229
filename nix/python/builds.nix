# The requirements of builds in the lock, as one system sees them: by the codename of a Debian release,
#
#   python   the release of Python that they are locked for
#   sets     by what a manifest's [build-system] requires, the packages for that:
#
#     requires   the keys of the graph that it asks for itself
#     packages   its closure, by name
#
# Each set is resolved for itself, so that no build binds another one, or what is installed.
{
  root,
  system,
  # The content of the files, by release, in place of those of the checkout; null for these.
  given ? null,
}:
let
  inherit (builtins) attrNames concatMap listToAttrs mapAttrs match pathExists readDir;

  directory = "nix/lock/builds";
  entries = if pathExists (root + "/${directory}") then readDir (root + "/${directory}") else { };
  names = concatMap (entry: let m = match "([^.]+)\\.json" entry; in if m == null then [ ] else m) (attrNames entries);
  read = path: import ../lock.nix { inherit path; has = [ "python" "sets" ]; file = root + "/${path}"; command = "./please lock"; };

  release = name: content:
    let path = "${directory}/${name}.json"; in
    {
      inherit (content) python;
      sets = mapAttrs
        (_: set: {
          requires = if builtins.isList set.requires then set.requires else set.requires.${system};
          packages = mapAttrs (import ./entry.nix { inherit path system; }) set.packages;
        })
        content.sets;
    };
in
if given != null then mapAttrs release given
else listToAttrs (map (name: { inherit name; value = release name (read "${directory}/${name}.json"); }) names)
