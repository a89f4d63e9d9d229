# A file of nix/lock -> its content, checked for being whole.
{
  # The path of the file, and how the checkout has it.
  file,
  path ? "nix/lock/${baseNameOf file}",
  # What writes it, such as "./please lock".
  command,
  # The attributes that its content has to have.
  has,
}:
let
  text = builtins.readFile file;
  # builtins.fromJSON cannot name the file in its error, so common kinds of damage are detected before.
  length = builtins.stringLength text;
  whole = length > 2 && builtins.substring 0 1 text == "{" && builtins.substring (length - 2) 2 text == "}\n";
  # What every conflict begins with. To replace costs less than to split, which takes a regular expression,
  # but as much for each text that is searched for as to parse the file.
  conflict = builtins.replaceStrings [ "\n<<<<<<<" ] [ "" ] text != text;
  content = builtins.addErrorContext "while reading ${toString file}" (builtins.fromJSON text);
  missing = builtins.filter (name: !(content ? ${name})) has;
  restore = "restore it (git checkout HEAD -- ${path}), then run ${command}";
in
if !builtins.pathExists file then throw "${toString file} does not exist: ${restore}"
else if !whole || conflict then throw "${toString file} is not a lock (cut short, or a merge conflict?): ${restore}"
else if missing != [ ] then throw "${toString file} has no ${builtins.concatStringsSep ", no " missing}: ${restore}"
else content
