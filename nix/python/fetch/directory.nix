# A file of the lock, from a directory of this machine; null where none has it.
#
# A build sees no directory of the machine, so its files enter the store while Nix evaluates. The
# hash decides: it does not matter which setting of pip names a directory.
{ directories, fixed }:
let
  inherit (builtins) baseNameOf concatMap filter hashFile head isString match pathExists readFile replaceStrings split substring;

  decode = replaceStrings [ "%2B" "%2b" "%21" "%20" "%7E" "%7e" "&amp;" ] [ "+" "+" "!" " " "~" "~" "&" ];

  # The targets of an HTML page's links that have a file's name, as paths.
  linked = file: directory: page:
    if !pathExists page then [ ]
    else concatMap
      (part:
        let href = if isString part then "" else decode (head part); in
        if isString part || baseNameOf href != file then [ ]
        else if match "file:(//localhost|//)?/.*" href != null then match "file:(//localhost|//)?(/.*)" href
        else if match "[A-Za-z][A-Za-z0-9+.-]*:.*" href != null then [ ]
        else if substring 0 1 href == "/" then [ href ]
        else [ "${directory}/${href}" ])
      (split "[hH][rR][eE][fF]=[\"']([^\"'#?]*)" (readFile page));

  # As pip looks: a directory of files, or of projects (PEP 503), their files beside the page or linked.
  places = project: file: directory:
    [ "${directory}/${file}" "${directory}/${project}/${file}" ]
    ++ linked file "${directory}/${project}" "${directory}/${project}/index.html"
    ++ (if match ".*\\.html?" directory != null then linked file (dirOf directory) directory else [ ]);
in
project: artifact:
let
  isTheFile = path: pathExists path && hashFile "sha256" path == artifact.sha256;
  # A path of Nix has no `..` in it.
  candidates = map (place: /. + place) (concatMap (places project artifact.file) directories);
  found = filter isTheFile candidates;
in
if found == [ ] then null
else builtins.path {
  inherit (fixed artifact) name;
  path = head found;
  recursive = false;
  inherit (artifact) sha256;
}
