# The members that an environment is made for -> the choices of their manifests between packages that
# collide, as ./environment.nix takes them.
{ root, packages, tables }:
let
  inherit (builtins) attrNames attrValues concatMap head listToAttrs mapAttrs pathExists readFile replaceStrings;

  normalize = import ../normalize.nix;

  manifest = name:
    let directory = packages.${name}.directory; in
    (if directory == "." then "" else "${directory}/") + "pyproject.toml";

  # The choices of each member. Only a manifest with that word is parsed: a manifest that is not TOML is an
  # error of the member's build step, which says more about it than Nix does.
  chosen = mapAttrs
    (name: package:
      let
        file = root + "/${manifest name}";
        hasWord = pathExists file && (let text = readFile file; in replaceStrings [ "collisions" ] [ "" ] text != text);
      in
      if hasWord then tables.${name}.collisions else { })
    packages;

  choices = name: map
    (path:
      let
        said = chosen.${name}.${path};
        package = normalize said;
      in
      if packages ? ${package} then { inherit path package; manifest = manifest name; }
      else throw "${manifest name}: [tool.services.collisions]: \"${path}\" = \"${said}\": there is no package ${said} in nix/lock/python")
    (attrNames chosen.${name});

  # Of two members that choose for one path, the first counts.
  firsts = list: attrValues (listToAttrs (map (choice: { name = choice.path; value = choice; }) list));
in
# Names of members: the first is the one that an error names.
roots: {
  manifest = if roots == [ ] then "pyproject.toml" else manifest (head roots);
  collisions = firsts (concatMap choices roots);
}
