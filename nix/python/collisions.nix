# The members that an environment is made for -> the choices of their manifests between packages that
# collide, as ./environment.nix takes them.
{ root, packages }:
let
  inherit (builtins) attrNames concatMap head listToAttrs attrValues;

  settings = import ../manifest.nix { inherit root; };
  manifest = name:
    let directory = packages.${name}.local; in
    (if directory == "." then "" else "${directory}/") + "pyproject.toml";

  choices = name: map
    (path:
      let package = (settings packages.${name}.local).collisions.${path}; in
      if packages ? ${package} then { inherit path package; manifest = manifest name; }
      else throw "${manifest name}: [tool.services.collisions]: \"${path}\" = \"${package}\": there is no package ${package} in nix/lock/python.json")
    (attrNames (settings packages.${name}.local).collisions);

  # Of two members that choose for one path, the first counts.
  firsts = list: attrValues (listToAttrs (map (choice: { name = choice.path; value = choice; }) list));
in
# Names of members, at least one: the first is the one that an error names.
roots: {
  manifest = manifest (head roots);
  collisions = firsts (concatMap choices roots);
}
