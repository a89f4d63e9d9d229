# The Python lock, as one system sees it:
#
#   members    what it has of each member of the workspace, by normalized name
#   resolves   by the name of a resolve, its packages:
#
#     index    the packages from an index, by name
#     members  the members, with what the resolve has of each
#     root     the workspace itself, which has dependency groups alone
#     platform the codename of the Debian release that the resolve is locked for
#     python   the release of Python that it has
#
#   releases   by the codename of a Debian release that is locked, true
#
# A file is read when it is needed, and once, however many resolves there are.
{ root, system }:
let
  inherit (builtins) attrNames concatMap concatStringsSep elemAt listToAttrs mapAttrs match pathExists readDir replaceStrings stringLength substring;

  read = path: has: import ../lock.nix { inherit path has; file = root + "/${path}"; command = "./please lock"; };
  entries = directory: if pathExists (root + "/${directory}") then readDir (root + "/${directory}") else { };

  file = name: "nix/lock/members/${name}.json";
  # A directory of JSON files, and a function of a name -> a set by the names of the files.
  byName = directory: f: listToAttrs (concatMap
    (entry: let name = stem entry; in if "${name}.json" == entry && !hasDot name then [{ inherit name; value = f name; }] else [ ])
    (attrNames (entries directory)));
  # Without regular expressions, because a workspace may have a thousand members.
  stem = entry: substring 0 (stringLength entry - 5) entry;
  hasDot = name: name == "" || replaceStrings [ "." ] [ "" ] name != name;
  members = byName "nix/lock/members" (name: inside name (whole name (read (file name) [ "directory" "metadata" "named" "resolves" ])));
  # Only an environment asks for the version.
  whole = name: member:
    let bad = what: throw "${file name}: ${what}: restore the file (git checkout HEAD -- ${file name}), then run ./please lock"; in
    if !builtins.isAttrs member.resolves then bad "`resolves` is not a table"
    else if !builtins.isList member.named || member.named == [ ] then bad "`named` is not a list of resolves"
    else { version = bad "it has no `version`"; } // member;

  # Nothing outside of the checkout is read, whatever the lock says: no path that leaves it, no link.
  kinds = mapAttrs (kind: _: if top.${kind} or null == "directory" then entries kind else { }) { lib = null; src = null; };
  top = entries "";
  inside = name: member:
    let parts = match "(lib|src)/(.+)" (toString member.directory); in
    # No name in a directory has a slash.
    if parts != null && kinds.${elemAt parts 0}.${elemAt parts 1} or null == "directory" then member
    else throw "${file name}: the directory of ${name} is ${toString member.directory}, which is not one in lib/ or src/ of the checkout: run ./please lock";
in
{
  inherit members;

  releases = byName "nix/lock/debian" (_: true);

  resolves = byName "nix/lock/python" (resolve:
    let
      path = "nix/lock/python/${resolve}.json";
      content = read path [ "packages" "groups" "platform" "python" ];

      # What the resolve has of a member is beside what all of them share.
      forResolve = name: member:
        let
          others = concatStringsSep ", " (attrNames member.resolves);
          found = member.resolves.${resolve} or (throw
            "${file name}: ${member.directory} is in ${others}, not in the resolve ${resolve}: correct its pyproject.toml, then run ./please lock");
        in
        member // found;
    in
    {
      inherit (content) platform python;
      index = mapAttrs (import ./entry.nix { inherit path system; }) content.packages;
      members = mapAttrs forResolve members;
      root = { inherit (content) groups; declares = content.declares or { }; };
    });
}
