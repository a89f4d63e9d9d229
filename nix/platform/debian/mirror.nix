# Chooses the mirror that Debian packages come from: the one that apt uses, unless another is named.
#
#   import ./mirror.nix { codename = "bookworm"; }
#   => { url = "http://mirror.example/debian"; signedBy = "/usr/share/keyrings/debian-archive-keyring.gpg"; }
#
# `url` has no slash at the end. `signedBy` is what apt checks the mirror with; it is empty where the
# configuration says nothing about keys.
{
  # The release that the lock was made for, such as "bookworm".
  codename,
  # The directory of apt's configuration. Files that apt.conf(5) moves elsewhere are not found.
  apt ? /etc/apt,
  # The base URL of a mirror, taken in place of the one in apt's configuration; "" for none.
  override ? builtins.getEnv "SERVICES_DEBIAN_MIRROR",
  # Whether Nix reads neither files outside of the store nor the environment, as it does for a flake.
  isPure ? !(builtins ? currentSystem),
}:
let
  inherit (builtins)
    any concatMap elem filter head isString match pathExists readFile replaceStrings sort split stringLength
    substring;

  entries = import ./sources.nix apt;

  # The pool of a Debian mirror holds every release that the archive still carries. So an entry
  # for another release serves too, after those for the locked release.
  releases = [ "bullseye" "bookworm" "trixie" "forky" "sid" "oldoldstable" "oldstable" "stable" "testing" "unstable" ];
  withMain = suites: filter
    (entry: elem "main" entry.components && any (suite: elem suite suites) entry.suites)
    entries;

  words = text: filter (word: isString word && word != "") (split "[ \t\r]+" text);
  # A file of apt-transport-mirror(1), which cloud images use, -> its mirrors by priority. A mirror
  # that is limited to some files (type:index, arch:amd64) is left out.
  listed = file:
    let
      mirrors = filter (line: line != [ ]) (map words (filter isString (split "\n" (readFile file))));
      priorities = line: filter (number: number != null) (map (match "priority:0*([0-9]{1,18})") line);
      priority = line: if priorities line == [ ] then null else builtins.fromJSON (head (head (priorities line)));
      before = a: b: priority a != null && (priority b == null || priority a < priority b);
      isLimited = any (word: match "(arch|codename|component|lang|suite|type):.*" word != null);
    in
    map head (sort before (filter (line: !isLimited line) mirrors));
  resolve = uri:
    let file = match "mirror\\+file:/*(/.*)" uri; in
    if file == null then [ uri ] else if pathExists (head file) then listed (head file) else [ ];

  stripSlash = uri: let last = stringLength uri - 1; in if substring last 1 uri == "/" then stripSlash (substring 0 last uri) else uri;
  has = part: text: replaceStrings [ part ] [ "" ] text != text;
  # What follows the scheme of an address of HTTP, in a list; null for other addresses.
  afterScheme = match "https?://(.+)";
  # apt replaces $(ARCH) in an address; Nix would not.
  isUsable = uri: let rest = afterScheme uri; in rest != null && substring 0 1 (head rest) != "/" && !(has "$" uri);
  candidates = concatMap
    (entry: map
      (uri: { url = stripSlash uri; inherit (entry) signedBy; })
      (filter isUsable (concatMap resolve entry.uris)))
    (withMain [ codename ] ++ withMain releases);
  # Other vendors publish packages for releases of Debian too. Their addresses rarely end in /debian.
  debian = filter (candidate: match ".*/debian" candidate.url != null) candidates;

  chosen =
    if override != "" then
      if isUsable override then { url = stripSlash override; signedBy = ""; }
      else throw "SERVICES_DEBIAN_MIRROR, --argstr mirror or the flake's input mirror is not an http(s) address: set it to the base URL of a Debian mirror."
    else if debian ++ candidates != [ ] then head (debian ++ candidates)
    else if isPure then throw ''
      no Debian mirror: pure evaluation reads neither apt's configuration nor SERVICES_DEBIAN_MIRROR, so it needs the input mirror.
      Write the base URL of a mirror into a file, and add --override-input mirror path:FILE; or let Nix read apt's configuration: --impure;
      or build on nixpkgs: --override-input nixpkgs nixpkgs (docs/flakes.md).''
    else throw ''
      no Debian mirror: ${toString apt}/sources.list and sources.list.d have no enabled entry with an http(s) address, a Debian release and the component main.
      Add one; or set SERVICES_DEBIAN_MIRROR, or --argstr mirror, to the base URL of a mirror; or build on nixpkgs: --arg pkgs 'import <nixpkgs> {}'.
      Files that apt.conf(5) moves elsewhere are not read.'';
  # Every user of the machine can read the derivations in the store.
  hasPassword = has "@" (head (split "/" (head (afterScheme chosen.url))));
in
if hasPassword then throw ''
  the address of the Debian mirror has a user name or password in it, which every user could read in the Nix store.
  Set SERVICES_DEBIAN_MIRROR, or --argstr mirror, to the base URL of a mirror without credentials.''
else chosen
