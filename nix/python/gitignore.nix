# The text of a .gitignore -> a function of a path and its type: true where the file names the path, false
# where a line with `!` takes that back, null where no line matches (gitignore(5)).
#
# Paths are relative to the directory of the file. For example, with the text "*.log\n!keep.log\n":
#
#   ignored "a/b.log" "regular"   -> true
#   ignored "keep.log" "regular"  -> false
#   ignored "b.txt" "regular"     -> null
text:
let
  inherit (builtins)
    any concatMap concatStringsSep elemAt filter foldl' fromJSON head isString listToAttrs match replaceStrings split stringLength substring tail;

  # Without the spaces that no backslash protects at the end.
  trimmed = line:
    let m = match "(.*[^ ])? +" line; kept = if elemAt m 0 == null then "" else elemAt m 0; in
    if !endsIn " " line then line
    else if endsInEscape kept then "${kept} "
    else kept;
  endsInEscape = line:
    let m = match "(.*[^\\])?([\\]*)" line; count = stringLength (elemAt m 1); in
    count / 2 * 2 != count;

  # Editors of other systems end lines with a carriage return, and begin files with a byte order mark. git
  # reads neither as part of a pattern.
  withoutReturn = line:
    let count = stringLength line - 1; in
    if count >= 0 && substring count 1 line == "\r" then substring 0 count line else line;
  withoutMark = content:
    let mark = fromJSON "\"\\ufeff\""; count = stringLength mark; in
    if substring 0 count content == mark then substring count (-1) content else content;

  # A line -> its rule in a list, none for a line that has no pattern.
  rule = raw:
    let
      line = trimmed (withoutReturn raw);
      negated = substring 0 1 line == "!";
      said = if negated then substring 1 (-1) line else line;
      onlyDirectory = endsIn "/" said;
      bare = if onlyDirectory then substring 0 (stringLength said - 1) said else said;
      anchored = has [ "/" ] bare;
      pattern = if substring 0 1 bare == "/" then substring 1 (-1) bare else bare;
      regex = import ./wildmatch.nix pattern;
      # Most patterns are a name, or the start or the end of one: no regular expression is made of them, because
      # Nix takes longer to compile a set of letters than to do all else.
      start = substring 0 (stringLength pattern - 1) pattern;
      end = substring 1 (-1) pattern;
      like = { inherit negated onlyDirectory anchored; literal = null; start = null; end = null; regex = null; };
    in
    if pattern == "" || substring 0 1 line == "#" then [ ]
    else if isLiteral pattern then [ (like // { literal = pattern; }) ]
    else if !anchored && endsIn "*" pattern && isLiteral start then [ (like // { inherit start; }) ]
    else if !anchored && substring 0 1 pattern == "*" && isLiteral end then [ (like // { inherit end; }) ]
    else if regex == null then [ ]
    else [ (like // { regex = if anchored then regex else "(.*/)?${regex}"; }) ];

  has = parts: text: replaceStrings parts (map (_: "") parts) text != text;
  isLiteral = pattern: !has [ "*" "?" "[" "\\" ] pattern;
  endsIn = end: text:
    let at = stringLength text - stringLength end; in
    at >= 0 && substring at (-1) text == end;

  rules = concatMap (line: if isString line then rule line else [ ]) (split "\n" (withoutMark text));

  # Rules that follow each other and say the same are asked at once, the last first.
  runs = foldl'
    (done: each:
      if done != [ ] && (head done).negated == each.negated
      then [{ inherit (each) negated; rules = (head done).rules ++ [ each ]; }] ++ tail done
      else [{ inherit (each) negated; rules = [ each ]; }] ++ done)
    [ ]
    rules;

  set = names: listToAttrs (map (name: { inherit name; value = null; }) names);
  # Rules -> a function of a path and its last component that says whether one of them matches.
  matcher = all:
    let
      those = key: filter (value: value != null) (map (each: each.${key}) all);
      literals = isAnchored: set (map (each: each.literal) (filter (each: each.literal != null && each.anchored == isAnchored) all));
      names = literals false;
      paths = literals true;
      starts = those "start";
      ends = those "end";
      others = those "regex";
      regex = "(${concatStringsSep "|" others})";
    in
    path: name:
      names ? ${name} || paths ? ${path}
      || any (start: substring 0 (stringLength start) name == start) starts
      || any (end: let at = stringLength name - stringLength end; in at >= 0 && substring at (-1) name == end) ends
      || others != [ ] && match regex path != null;

  checks = map
    (run: {
      inherit (run) negated;
      file = matcher (filter (each: !each.onlyDirectory) run.rules);
      directory = matcher run.rules;
    })
    runs;
in
path: type:
let
  name = baseNameOf path;
  matching = filter (check: (if type == "directory" then check.directory else check.file) path name) checks;
in
if matching == [ ] then null else !(head matching).negated
