# A directory of the checkout, and which paths in it to take -> those that git would track, and those of their
# directories: a set of types, as of builtins.readDir, by path.
#
# Which to take is a function of the path and the type. A directory that is not taken is not read.
#
# git would track what no .gitignore names: that of the directory, those in it and those above it in the checkout.
# Settings of a user (core.excludesFile, .git/info/exclude) do not count: a build is the same for everyone.
# What tools leave beside the sources is not in it, even if no .gitignore names it; nor are sockets,
# FIFOs and devices ("unknown"), which the store cannot have.
{ root }:
let
  inherit (builtins) attrNames concatMap filter head isString length listToAttrs match pathExists readDir readFile split substring stringLength tail;

  ignores = directory: entries:
    if entries.".gitignore" or null != "regular" then [ ]
    else [{ prefix = ""; ignored = import ./gitignore.nix (readFile (root + "/${directory}/.gitignore")); }];

  # The .gitignore of the checkout is read once, however many members there are.
  top = if pathExists (root + "/.gitignore") then ignores "." { ".gitignore" = (readDir root).".gitignore"; } else [ ];

  # The .gitignore files above a directory, the nearest first.
  above = directory:
    let
      components = filter isString (split "/" directory);
      step = layers: done: rest:
        let here = "${done}${head rest}"; deeper = below (head rest) layers; in
        if length rest < 2 then deeper
        else step (ignores here (readDir (root + "/${here}")) ++ deeper) "${here}/" (tail rest);
    in
    step top "" components;
  below = name: map (layer: layer // { prefix = "${layer.prefix}${name}/"; });

  # Most files, which at each evaluation would cost a regular expression each.
  isModule = name:
    let stem = stringLength name - 3; in
    stem > 0 && substring stem 3 name == ".py" && substring 0 1 name != ".";
  # What tools leave, an editor's swap file (.name.swp) among it.
  isLeft = name:
    let last = count: substring (stringLength name - count) (-1) name; in
    name == ".git" || name == "__pycache__" || substring 0 2 name == ".#"
    || stringLength name > 0 && last 1 == "~"
    || stringLength name > 3 && last 4 == ".pyc"
    || stringLength name > 8 && last 9 == ".egg-info"
    || stringLength name > 4 && substring 0 1 name == "." && substring 0 3 (last 4) == ".sw" && match "[a-p]" (last 1) != null;
  # What setuptools leaves of earlier builds.
  isBuilt = path: substring 0 6 path == "build/" && match "build/(lib|lib\\..*|bdist\\..*)" path != null;

  # The nodes of a directory, whose path in the member is `prefix`.
  walk = takes: layers: directory: prefix:
    let
      entries = readDir (root + "/${directory}");
      here = ignores directory entries ++ layers;
      node = name:
        let
          type = entries.${name};
          path = "${prefix}${name}";
          # The nearest .gitignore that has a say.
          isIgnored = layers:
            if layers == [ ] then false
            else
              let layer = head layers; said = layer.ignored "${layer.prefix}${name}" type; in
              if said == null then isIgnored (tail layers) else said;
          inside = walk takes (below name here) "${directory}/${name}" "${path}/";
        in
        if type == "unknown" || !takes path type || !(isModule name) && (isLeft name || isBuilt path) || isIgnored here then [ ]
        # git tracks no directory without files.
        else if type == "directory" then (if inside == [ ] then [ ] else [{ name = path; value = type; }] ++ inside)
        else [{ name = path; value = type; }];
    in
    concatMap node (attrNames entries);
in
directory: takes: listToAttrs (walk takes (above directory) directory "")
