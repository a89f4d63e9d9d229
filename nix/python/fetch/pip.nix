# What this machine's pip is configured for, without secrets: what a build may know of it.
#
# pip itself reads all of this, in the build (../steps/fetch_from_index.py) and for the lock. Nix
# takes the texts whole, and asks them only two questions, in a way that errs on the safe side:
# whether pip might look elsewhere than at its default index, and which words name directories.
{
  # A file for pip to read in place of the one that PIP_CONFIG_FILE names; null for none.
  configurationFile ? null,
  # Returns a variable of the environment, "" without one; tests put their own here.
  getEnv ? builtins.getEnv,
  # The directory of the system's own files; tests put their own here.
  etc ? "/etc",
}:
let
  inherit (builtins)
    any concatLists concatMap concatStringsSep elem elemAt filter genList head isString length listToAttrs match pathExists readFile
    replaceStrings split substring unsafeDiscardStringContext;

  lower = import ../../lower_case.nix;
  strings = filter isString;
  or' = value: default: if value == "" then default else value;

  home = getEnv "HOME";
  isFile = path: substring 0 1 path == "/" && pathExists path;
  read = path: unsafeDiscardStringContext (readFile path);

  # pip's files, the one that wins last (pip.pypa.io/en/stable/topics/configuration). `place` is where
  # pip finds the file in a build that puts HOME, XDG_CONFIG_DIRS, … below one directory.
  shared = filter (path: path != "") (strings (split ":" (or' (getEnv "XDG_CONFIG_DIRS") "${etc}/xdg")));
  globals = map (directory: "${directory}/pip/pip.conf") shared ++ [ "${etc}/pip.conf" ];
  numbered = genList (at: { place = "global/${toString at}/pip/pip.conf"; path = elemAt globals at; }) (length globals);
  user = [
    { place = "home/.pip/pip.conf"; path = "${home}/.pip/pip.conf"; }
    { place = "home/.config/pip/pip.conf"; path = "${or' (getEnv "XDG_CONFIG_HOME") "${home}/.config"}/pip/pip.conf"; }
  ];
  site = [{ place = "site/pip.conf"; path = "${getEnv "VIRTUAL_ENV"}/pip.conf"; }];
  configFile = if configurationFile == null then getEnv "PIP_CONFIG_FILE" else configurationFile;
  named = [{ place = "named/pip.conf"; path = if substring 0 1 configFile == "/" then configFile else "${getEnv "PWD"}/${configFile}"; }];
  isNamed = configFile != "" && isFile (head named).path;
  files = map (file: file // { text = read file.path; }) (filter (file: isFile file.path) (
    # pip reads no file at all then.
    if configFile == "/dev/null" then [ ]
    else numbered ++ (if isNamed then [ ] else user) ++ site ++ (if isNamed then named else [ ])
  ));

  # Variables that say where pip finds packages. PIP_PYPI_URL is --pypi-url, the old --index-url.
  indexVariables = [ "PIP_INDEX_URL" "PIP_PYPI_URL" "PIP_NO_INDEX" ];
  localVariables = [ "PIP_EXTRA_INDEX_URL" "PIP_FIND_LINKS" ];
  otherVariables = [ "PIP_TRUSTED_HOST" "PIP_PROXY" "PIP_CLIENT_CERT" "PIP_TIMEOUT" "PIP_DEFAULT_TIMEOUT" "PIP_RETRIES" ];
  variables = indexVariables ++ localVariables ++ otherVariables;
  proxies = [ "http_proxy" "https_proxy" "all_proxy" "no_proxy" "HTTP_PROXY" "HTTPS_PROXY" "ALL_PROXY" "NO_PROXY" ];
  set = filter (name: getEnv name != "") variables;

  texts = map (file: file.text) files;
  everything = texts ++ map getEnv set;

  # The userinfo of a URL (RFC 3986, 3.2.1): up to the last @ before a slash, as pip splits it. The
  # second form is an address that no program takes: a slash in a password that was not encoded.
  login = "://[^/?#[:space:]]*@";
  broken = "://([^[/?#@[:space:]][^/?#@[:space:]]*)?:[0-9]*[^0-9/?#@[:space:]][^/?#@[:space:]]*[/?#][^[:space:]]*@";
  without = pattern: text: concatStringsSep "://" (strings (split pattern text));
  # A word with a login and without a scheme, which pip takes for a proxy: its key, the word, what is after the login.
  bare = match "((--)?([a-z_-]*url|find-links|proxy)[=:])?((//)?[^/?#@:]+:[^/?#]*@([^@]*))";
  withoutBare = word: let m = bare word; in if m == null then word else (if head m == null then "" else head m) + elemAt m 5;
  byWord = f: text: concatStringsSep "" (map (part: if isString part then f part else head part) (split "([[:space:]]+)" text));
  redact = text: byWord withoutBare (without broken (without login text));
  hasLogin = text: redact text != text;

  # Whether a line sets something that leads pip away from its default index, or a proxy: busybox's
  # wget cannot ask one for TLS. A line that goes on with a value has no such word before `:` or `=`.
  leadsElsewhere = line:
    let
      text = lower line;
      # Nix compiles the whole expression for those lines alone that none of these tell apart: that takes long.
      isNamed = replaceStrings [ "index" "pypi" "proxy" ] [ "" "" "" ] text != text;
      extra = "extra(-|_)index(-|_)url";
      key = match "[[:space:]]*(--)?([a-z_-]*(index|pypi)[a-z_-]*|proxy)[[:space:]]*[=:].*" text;
    in
    isNamed && match " *(--)?${extra} *(=|:).*" text == null && key != null && match extra (elemAt key 1) == null;

  words = text: concatMap (word: strings (split "=" word)) (strings (split "[[:space:]]+" text));
  # A directory that a word names, as pip takes it.
  directory = word:
    let url = match "file:(//localhost|//)?(/.*)" word; in
    if url != null then [ (replaceStrings [ "%20" "%40" "%2B" "%2b" ] [ " " "@" "+" "+" ] (elemAt url 1)) ]
    else if substring 0 1 word == "/" then [ word ]
    else if substring 0 2 word == "~/" then [ "${home}/${substring 2 (-1) word}" ]
    else if match "\\.\\.?/.*" word != null then [ "${getEnv "PWD"}/${word}" ]
    else [ ];

  # The values of a setting that stand on its line, the file that wins first.
  values = name: concatLists (map
    (text: concatMap
      (line: let m = match "[ \t]*(--)?${name}[ \t]*[=:][ \t]*(.*[^ \t])[ \t]*" line; in if m == null then [ ] else [ (elemAt m 1) ])
      (strings (split "\n" text)))
    (builtins.foldl' (reversed: text: [ text ] ++ reversed) [ ] texts));
  authorities = filter isFile (
    [ (getEnv "PIP_CERT") ] ++ values "cert" ++ [ (getEnv "REQUESTS_CA_BUNDLE") (getEnv "CURL_CA_BUNDLE") "${etc}/ssl/certs/ca-certificates.crt" ]
  );

  netrcs = filter isFile (if getEnv "NETRC" != "" then [ (getEnv "NETRC") ] else [ "${home}/.netrc" "${home}/_netrc" ]);
  netrc = if netrcs == [ ] then "" else read (head netrcs);
  # URLs with their userinfo, and words that have one without a scheme.
  urls = concatMap
    (text: concatMap (part: if isString part then [ ] else part) (split "([A-Za-z][A-Za-z0-9+.-]*://[^/?#[:space:]]*@[^[:space:]]*)" text)
      ++ concatMap (word: let m = bare word; in if m == null || hasScheme word then [ ] else [ (elemAt m 3) ]) (strings (split "[[:space:]]+" text)))
    texts;
  hasScheme = word: match ".*://.*" word != null;
in
{
  inherit variables proxies redact;

  usesDefaultIndex =
    !(any (name: elem name set) (indexVariables ++ [ "PIP_PROXY" ]))
    && !(any (name: getEnv name != "") [ "https_proxy" "HTTPS_PROXY" "all_proxy" "ALL_PROXY" ])
    && !(any leadsElsewhere (concatMap (text: strings (split "\n" text)) texts));

  # Where files may be on this machine, whatever the setting that names it.
  directories = filter pathExists (concatMap directory (concatMap words everything));

  # The first of the certificate authorities that pip would take, as a path; null for the platform's.
  certificates = if authorities == [ ] then null else head authorities;

  # For a build: no secret is in it.
  configuration = {
    files = listToAttrs (map (file: { name = file.place; value = redact file.text; }) files);
    variables = listToAttrs (map (name: { inherit name; value = redact (getEnv name); }) set);
    # Whether the build needs a login that is left out.
    hasLogins = any hasLogin everything || netrc != "";
  };

  # For the environment of a build alone (SERVICES_PIP_CREDENTIALS), never for a derivation.
  credentials = if urls == [ ] && netrc == "" then null else { inherit urls netrc; };
}
