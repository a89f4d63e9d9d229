# A file of nix/lock -> its content, checked for being whole.
{
  # The path of the file.
  file,
  # What makes it anew, such as "./please lock".
  command,
}:
let
  text = builtins.readFile file;
  # builtins.fromJSON cannot name the file in its error; what commonly breaks one can be told apart.
  length = builtins.stringLength text;
  whole = length > 2 && builtins.substring 0 1 text == "{" && builtins.substring (length - 2) 2 text == "}\n";
  conflict = builtins.length (builtins.split "\n(<<<<<<<|=======|>>>>>>>)" text) > 1;
  content = builtins.addErrorContext "while reading ${toString file}" (builtins.fromJSON text);
  restore = "restore it (git checkout HEAD -- nix/lock/${baseNameOf file}), then run ${command}";
in
if !whole || conflict then throw "${toString file} is not a lock (cut short, or a merge conflict?): ${restore}"
else if !(content ? packages || content ? systems) then throw "${toString file} has no packages: ${restore}"
else content
