# Return a server of the embedded platform by its name: the component of that name in
# ../releases/<release>.toml, or what the release for all others has; null where neither has it.
#
# Two files are there only for a server that does not run as its packages are: ./servers/<name>.py,
# which the component runs at its end, and ./servers/<name>.nix, which returns further arguments of
# ./component.nix.
#
# Example: server "redis"
# Type: string -> derivation or null
{ component, components, platform, others }:
name:
let
  inherit (builtins) pathExists;

  finish = ./servers + "/${name}.py";
  arguments = ./servers + "/${name}.nix";
in
if !(components ? ${name}) then others name
else component ({
  inherit name;
  finish = if pathExists finish then finish else null;
} // (if pathExists arguments then import arguments { inherit platform; } else { }))
