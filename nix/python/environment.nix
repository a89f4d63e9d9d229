# Parts -> an environment: a farm of symlinks in the shape of a virtual environment (PEP 405).
{ platform, step }:
let
  startup = import ./startup.nix { inherit step linker; };

  # Compiled, because each edit of a member makes an environment anew.
  linker = import ./compiled.nix { inherit step; } {
    name = "environment-linker";
    files = [
      ../platform/bytecode.py
      ./steps/collisions.py
      ./steps/entry_points.py
      ./steps/install_startup.py
      ./steps/launcher.py
      ./steps/link_bytecode.py
      ./steps/link_environment.py
      ./steps/member_record.py
      ./steps/merge.py
      ./steps/prefix.py
      ./steps/same_program.py
      ./steps/scripts.py
      ./steps/texts.py
    ];
  };
in
{
  # The name of the environment.
  name,
  # Its parts: a list of { path, package, version, is_root }. `path` is a store path in the
  # shape of a Python prefix; `is_root` says whether the environment is made for that package.
  parts,
  # For bin/<service>: { module, app, command, directory, server }; null for none.
  launcher ? null,
  # Further parts, whose programs it gets unless it has one of that name. Their modules are imported in
  # the processes of these programs alone, in place of its own.
  borrowed ? [ ],
  # The choices of manifests where parts collide: a list of { path, package, manifest }.
  collisions ? [ ],
  # The manifest in which a further choice is to be made.
  manifest,
  # Whether the environment has all that its packages ask for: then each choice must have an effect.
  whole,
}:
step {
  inherit name;
  module = "link_environment";
  imports = [ linker "${startup}/${platform.sitePackages}" ];
  env = {
    inherit (platform) python cacert tzdata locale;
    inherit manifest whole;
    launcher = if launcher == null then "" else builtins.toJSON launcher;
    # In files, because a variable may not be long enough (execve(2), MAX_ARG_STRLEN).
    parts = builtins.toJSON (parts ++ [{ path = startup; package = "environment-startup"; }]);
    collisions = builtins.toJSON collisions;
    borrowed = builtins.toJSON borrowed;
    passAsFile = [ "parts" "collisions" "borrowed" ];
  };
}
