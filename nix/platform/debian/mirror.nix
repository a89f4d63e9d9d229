# Where Debian packages come from: the machine's own apt configuration.
#
# Reads both formats of sources.list(5), one-line (`*.list`) and deb822 (`*.sources`), and takes
# the mirror that `please lock --platform` takes: tests/platform/debian/mirror.toml holds them
# to it.
{
  # The release that the lock was made for, such as "bookworm".
  codename,
  # The directory of apt's configuration.
  apt ? /etc/apt,
  # A base URL that goes before all that; null or "" for none.
  override ? null,
}:
let
  inherit (builtins)
    any attrNames concatMap elem elemAt filter foldl' head isString match pathExists readDir readFile replaceStrings split stringLength substring;

  lines = text: filter isString (split "\n" text);
  words = text: filter (word: isString word && word != "") (split "[ \t]+" text);
  letters = text: map (at: substring at 1 text) (builtins.genList (at: at) (stringLength text));
  lower = replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");

  # [ { uris suites components } ] of a one-line-style file.
  fromList = text: concatMap
    (line:
      let m = match "[ \t]*deb[ \t]+(\\[[^]]*][ \t]+)?([^ \t]+)[ \t]+([^ \t]+)(.*)" (head (split "#" line)); in
      if m == null then [ ] else [{
        uris = [ (elemAt m 1) ];
        suites = [ (elemAt m 2) ];
        components = words (elemAt m 3);
      }])
    (lines text);

  # A deb822 file, folded line by line into stanzas of { field = [ words ]; }. Case does not matter
  # in the names of fields (deb822(5)).
  stanzas = text: (foldl'
    (state: line:
      let
        field = match "([A-Za-z-]+):[ \t]*(.*)" line;
        more = match "[ \t]+(.*)" line;
        set = name: value: state // {
          last = name;
          current = state.current // { ${name} = (state.current.${name} or [ ]) ++ words value; };
        };
      in
      if match "#.*" line != null then state
      else if match "[ \t]*" line != null then { done = state.done ++ [ state.current ]; current = { }; last = null; }
      else if field != null then set (lower (elemAt field 0)) (elemAt field 1)
      else if more != null && state.last != null then set state.last (elemAt more 0)
      else state)
    { done = [ ]; current = { }; last = null; }
    (lines text ++ [ "" ])).done;

  fromSources = text: map
    (stanza: {
      uris = stanza.uris or [ ];
      suites = stanza.suites or [ ];
      components = stanza.components or [ ];
    })
    (filter (stanza: elem "deb" (stanza.types or [ ]) && !(disabled stanza)) (stanzas text));

  # What apt takes for "no".
  disabled = stanza: elem (lower (toString (stanza.enabled or [ ]))) [ "no" "false" "without" "off" "disable" "0" ];

  # In apt's order.
  parts = if pathExists (apt + "/sources.list.d") then attrNames (readDir (apt + "/sources.list.d")) else [ ];
  files = filter (file: pathExists (apt + "/${file}")) ([ "sources.list" ] ++ map (name: "sources.list.d/${name}") parts);
  read = file:
    let text = readFile (apt + "/${file}"); in
    if match ".*\\.list" file != null then fromList text
    else if match ".*\\.sources" file != null then fromSources text
    else [ ];
  entries = concatMap read files;

  # The pool of a Debian mirror holds every release that the archive still carries, so an entry
  # for another release serves too; one for the locked release goes first.
  releases = [ "bullseye" "bookworm" "trixie" "forky" "sid" "oldoldstable" "oldstable" "stable" "testing" "unstable" ];
  withMain = suites: filter
    (entry: elem "main" entry.components && any (suite: elem suite suites) entry.suites)
    entries;
  stripSlash = uri: let m = match "(.*[^/])/*" uri; in head m;
  # An address of apt-transport-mirror(1), as cloud images have it: a file with a mirror a line.
  resolve = uri:
    let file = match "mirror\\+file:/*(/.*)" uri; in
    if file == null then [ uri ]
    else if pathExists (head file) then map head (filter (line: line != [ ]) (map words (lines (readFile (head file)))))
    else [ ];
  candidates = map stripSlash (filter
    (uri: match "https?://.*" uri != null)
    (concatMap resolve (concatMap (entry: entry.uris) (withMain [ codename ] ++ withMain releases))));
  # Others than Debian publish for its releases, but not below this name.
  debian = filter (uri: match ".*/debian" uri != null) candidates;
in
if override != null && override != "" then stripSlash override
else if debian ++ candidates != [ ] then head (debian ++ candidates)
else throw ''
  no Debian mirror: /etc/apt/sources.list and /etc/apt/sources.list.d name none with an http(s) address, a Debian release and the component main.
  Either name one (SERVICES_DEBIAN_MIRROR=<base URL> in the environment, or --argstr mirror <base URL>),
  or build on nixpkgs: --arg pkgs 'import <nixpkgs> {}'.''
