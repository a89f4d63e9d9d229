# The servers that members can ask for, and the program that starts them.
{ platform, python }:
let
  inherit (builtins) attrNames concatLists elem filter isList listToAttrs pathExists tryEval;

  # By the names that manifests use. A platform may lack one.
  servers = listToAttrs (map (name: { inherit name; value = prepared name (platform.server name); }) (filter has known));
  known = import ./names.nix ./servers;
  has = name: let server = tryEval (platform.server name); in server.success && server.value != null;
  # ./prepared/<name>.nix makes once what each first start of a server would make.
  prepared = name: prefix:
    let file = ./prepared + "/${name}.nix"; in
    if pathExists file then import file { inherit python prefix; } else prefix;

  code = import ./code.nix { inherit python; };
in
{
  names = attrNames servers;
  inherit servers;

  # bin/needs. No server is in its closure: it takes them from the variable NEEDS_SERVERS.
  program = import ./program.nix { inherit platform code; };

  # Names of servers -> those that the platform has; a name that no server has stays, for an error.
  available = filter (name: servers ? ${name} || !(elem name known));

  # Lists of names -> the names that are in any of them.
  union = lists: attrNames (listToAttrs (map (name: { inherit name; value = null; }) (concatLists lists)));

  # Names of servers -> the value of NEEDS_SERVERS. `asker` is the path of the member that asks for them.
  variable = asker: names:
    let
      manifest = "${asker}/pyproject.toml: [tool.services]:";
      # Where the platform says why it lacks a server, that is the error.
      unknown = name: if elem name known && platform.server name != null then null else throw
        "${manifest} there is no server ${name} to need; there are: ${builtins.concatStringsSep ", " (attrNames servers)}";
    in
    if !isList names then throw "${manifest} the servers to need are not a list of names, such as [\"postgresql\"]"
    else toString (map (name: "${name}=${servers.${name} or (unknown name)}") names);
}
