# Return the names of the servers: those of the modules in a directory, without `.py`.
#
# A file whose name begins with a dot is an editor's, and no server.
#
# Example: names ./servers
# Type: path -> [ string ]
directory:
let
  inherit (builtins) attrNames elemAt filter map match readDir;

  modules = filter (file: match "[^.].*\\.py" file != null) (attrNames (readDir directory));
  name = file:
    let matched = match "([A-Za-z0-9][A-Za-z0-9_-]*)\\.py" file; in
    if matched != null then elemAt matched 0
    else throw "${toString directory}/${file}: a name of a server is letters, digits, _ and -, and begins with a letter or digit; rename the file";
in
map name modules
