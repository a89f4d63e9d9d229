# A pattern of a .gitignore -> a regular expression (POSIX extended), null for one that matches nothing.
#
# Example: import ./wildmatch.nix "doc/**/[a-c]?.txt" == "doc/(.*/)?[a-c][^/]\\.txt"
# Type: string -> string or null
pattern:
let
  inherit (builtins) concatStringsSep elem elemAt filter genList head isString length match stringLength substring tail;

  characters = string: genList (index: substring index 1 string) (stringLength string);

  quoted = letter: if match "[.[\\()*+?{|^$]" letter != null then "\\${letter}" else letter;

  at = list: index: if index < length list then elemAt list index else null;
  drop = count: list: if count == 0 then list else drop (count - 1) (tail list);

  # `done` is what has been translated, `start` whether a component of the path begins here.
  parse = done: start: rest:
    let first = head rest; second = at rest 1; in
    if rest == [ ] then done
    else if first == "\\" then (if second == null then null else parse (done + quoted second) false (drop 2 rest))
    else if first == "*" && second == "*" then
      let after = dropStars rest; next = at after 0; in
      if start && next == "/" then parse "${done}(.*/)?" true (tail after)
      # `a/**` matches what is inside of `a`, not `a`.
      else if start && next == null then "${done}.+"
      else parse "${done}[^/]*" false after
    else if first == "*" then parse "${done}[^/]*" false (tail rest)
    else if first == "?" then parse "${done}[^/]" false (tail rest)
    else if first == "[" then bracket done (tail rest)
    else parse (done + quoted first) (first == "/") (tail rest);
  dropStars = rest: if at rest 0 == "*" then dropStars (tail rest) else rest;

  # What follows a `[`. A set that is not closed matches nothing.
  bracket = done: rest:
    let
      isNegated = elem (at rest 0) [ "!" "^" ];
      found = members [ ] true (if isNegated then tail rest else rest);
      ranges = filter (item: !isString item) found.items;
      singles = filter isString found.items;
      has = letter: elem letter singles;
      plain = filter (letter: !elem letter [ "]" "^" "-" "[" "/" ]) singles;
      set = (if has "]" then "]" else "")
        + concatStringsSep "" (map (item: item.text) ranges ++ plain)
        + (if has "[" then "[" else "") + (if has "^" then "^" else "");
      # `^` is not the first, and `-` is the last.
      positive = "${set}${if has "-" then "-" else ""}";
    in
    if found == null then null
    else if isNegated then parse "${done}[^${if has "]" then "]" else ""}/${substring (if has "]" then 1 else 0) (-1) positive}]" false found.rest
    else if positive == "" then null
    else if positive == "^" then parse "${done}\\^" false found.rest
    else if substring 0 1 positive == "^" then parse "${done}[${substring 1 1 positive}${substring 2 (-1) positive}^]" false found.rest
    else parse "${done}[${positive}]" false found.rest;

  # The items of a set up to its end: letters, and { text } for ranges and classes.
  members = items: isFirst: rest:
    let
      first = at rest 0;
      letter = if first == "\\" then at rest 1 else first;
      after = drop (if first == "\\" then 2 else 1) rest;
      class = match "\\[:([a-z]+):](.*)" (concatStringsSep "" rest);
      isRange = at after 0 == "-" && at after 1 != null && at after 1 != "]";
      end = if at after 1 == "\\" then at after 2 else at after 1;
      afterRange = drop (if at after 1 == "\\" then 3 else 2) after;
    in
    if first == null || letter == null then null
    else if first == "]" && !isFirst then { inherit items; rest = tail rest; }
    else if first == "[" && class != null then
      members (items ++ [{ text = "[:${head class}:]"; }]) false (characters (elemAt class 1))
    else if isRange then
      (if end == null then null
      # Of a range that runs backwards, git takes the letter in front.
      else members (items ++ [ (if letter <= end then range letter end else letter) ]) false afterRange)
    else members (items ++ [ letter ]) false after;
  range = letter: end: if letter == end then letter else { text = "${letter}-${end}"; };
in
parse "" true (characters pattern)
