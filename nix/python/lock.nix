# nix/lock/python.json: the packages by name, checked for being a lock at all.
{ file }:
let
  text = builtins.readFile file;
  # builtins.fromJSON cannot name the file in its error; what commonly breaks one can be told apart.
  length = builtins.stringLength text;
  whole = length > 2 && builtins.substring 0 1 text == "{" && builtins.substring (length - 2) 2 text == "}\n";
  broken = !whole || builtins.length (builtins.split "\n(<<<<<<<|=======|>>>>>>>)" text) > 1;
  content = builtins.addErrorContext "while reading ${toString file}" (builtins.fromJSON text);
in
if broken then throw "${toString file} is not a lock (cut short, or a merge conflict?): restore it (git checkout -- nix/lock/python.json), then run ./please lock"
else content.packages or (throw "${toString file} has no packages: restore it (git checkout -- nix/lock/python.json), then run ./please lock")
