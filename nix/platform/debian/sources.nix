# Reads the repositories that apt is configured with, in both formats of sources.list(5).
#
# The only reader of these files: nix-build runs it at evaluation, where no apt can be asked, and
# `please lock --platform` asks it. tests/platform/debian/test_mirror.py compares it with apt.
#
#   import ./sources.nix /etc/apt
#   => [ { uris = [ "http://mirror.example/debian/" ]; suites = [ "bookworm" ]; components = [ "main" ]; signedBy = ""; } ]
#
# Type: path -> [ { uris, suites, components :: [ string ]; signedBy :: string; } ]
#
# There is one element for each enabled entry of the type deb, in apt's order. `signedBy` is as in
# the file: empty, key files, fingerprints or a whole key. An entry that apt refuses is an error.
apt:
let
  inherit (builtins)
    all attrNames concatMap elem elemAt filter foldl' genList head isString length match pathExists readDir readFile replaceStrings split
    stringLength substring;

  lines = text: filter isString (split "\n" (replaceStrings [ "\r" "\t" ] [ "" " " ] text));
  # Sets of letters are kept out of the expressions that every evaluation needs: Nix takes long to compile one.
  words = text: filter (word: isString word && word != "") (split " +" (replaceStrings [ "\n" ] [ " " ] text));
  lower = import ../../lower_case.nix;
  has = part: text: replaceStrings [ part ] [ "" ] text != text;
  unquote = replaceStrings [ "\"" ] [ "" ];
  numbered = kind: list: genList (at: { where = "${kind} ${toString (at + 1)}"; value = elemAt list at; }) (length list);

  # A line, without its comment -> its fields, or null for a malformed one.
  parseLine = line:
    let
      # Blanks within quotes and brackets are part of a word.
      word = ''([^[ "]|"[^"]*"|\[[^]]*])+'';
      found = match " *(deb|deb-src) +(\\[([^]]*)] +)?(${word}) +(${word})( .*)?" line;
      at = elemAt found;
      options = if at 2 == null then [ ] else map (match "([^=]+)=(.+)") (words (unquote (at 2)));
      signedBy = filter (option: elemAt option 0 == "signed-by") options;
    in
    if found == null || elem null options then null else {
      types = [ (at 0) ];
      uris = [ (unquote (at 3)) ];
      suites = [ (unquote (at 5)) ];
      components = if at 7 == null then [ ] else words (unquote (at 7));
      signedBy = if signedBy == [ ] then "" else elemAt (elemAt signedBy (length signedBy - 1)) 1;
      enabled = true;
    };

  parseList = text: map
    (line: line // { value = parseLine line.value; })
    (filter (line: match " *" line.value == null)
      (numbered "line" (map (line: elemAt (split "#" line) 0) (lines text))));

  # A deb822 file as a list of stanzas, { <name of the field in lower case> = <its raw value>; }. A
  # line that belongs to no field is the field "". As in apt, the last of two fields of one name
  # wins, and a line of blanks separates nothing.
  stanzas = text: filter (stanza: stanza != { }) (foldl'
    (state: line:
      let
        name = head (split " *: *" line);
        value = match " *: *(.*)" (substring (stringLength name) (-1) line);
        isField = value != null && name != "" && substring 0 1 name != "#" && !(has " " name);
        set = name: value: state // { last = name; current = state.current // { ${name} = value; }; };
      in
      if line == "" then { done = state.done ++ [ state.current ]; current = { }; last = null; }
      else if substring 0 1 line == "#" then state
      else if isField then set (lower name) (head value)
      else if substring 0 1 line != " " then set "" line
      else if state.last == null then state
      else set state.last "${state.current.${state.last}}\n${line}")
    { done = [ ]; current = { }; last = null; }
    (lines text ++ [ "" ])).done;

  parseStanza = stanza: if stanza ? "" then null else {
    types = words (stanza.types or "");
    uris = words (stanza.uris or "");
    suites = words (stanza.suites or "");
    components = words (stanza.components or "");
    signedBy = stanza.signed-by or "";
    enabled = match "no|false|without|off|disable|0+" (toString (words (lower (stanza.enabled or "")))) == null;
  };

  parseSources = text: map (stanza: stanza // { value = parseStanza stanza.value; }) (numbered "stanza" (stanzas text));

  # A suite that ends in a slash is a path, and such a repository has no components.
  isComplete = entry: entry.uris != [ ] && entry.suites != [ ]
    && all (uri: let scheme = head (split ":" uri); in scheme != "" && scheme != uri && !(has "[" scheme)) entry.uris
    && all (suite: (match ".*/" suite != null) == (entry.components == [ ])) entry.suites;
  isValid = entry: entry != null && entry.types != [ ] && all (type: elem type [ "deb" "deb-src" ]) entry.types
    && (!entry.enabled || isComplete entry);

  read = file:
    let
      text = readFile (apt + "/${file}");
      check = { where, value }: if isValid value then value else throw ''
        ${toString apt}/${file}: ${where} is not an entry of sources.list(5), so apt refuses it too.
        Correct it, or set SERVICES_DEBIAN_MIRROR to the base URL of a Debian mirror.'';
    in
    map check (if match ".*\\.sources" file != null then parseSources text else parseList text);

  # The files that apt reads, in its order; it ignores all other names.
  parts = apt + "/sources.list.d";
  kinds = if pathExists parts then readDir parts else { };
  isPart = name: match "[A-Za-z0-9_.:-]+\\.(list|sources)" name != null && substring 0 1 name != "." && elem kinds.${name} [ "regular" "symlink" ];
  files = [ "sources.list" ] ++ map (name: "sources.list.d/${name}") (filter isPart (attrNames kinds));
in
map
  (entry: { inherit (entry) uris suites components signedBy; })
  (filter
    (entry: entry.enabled && elem "deb" entry.types)
    (concatMap read (filter (file: pathExists (apt + "/${file}")) files)))
