# All that builds may have to fetch, as plain data: [ { name url sha256 } ], where `name` is the name
# in the store. For a tool that fetches many files over few connections, before Nix fetches each in a
# build of its own.
#
# To know pip's file host here, pip is built while this is evaluated; nothing else evaluates it.
{ platform, python }:
let
  inherit (builtins) attrValues filter head map match readFile replaceStrings;

  index = replaceStrings [ "\n" ] [ " " ] (readFile "${platform.pip}/pip/_internal/models/index.py");
  # The blank tells PyPI from TestPyPI.
  fileHost = head (match ".* PyPI = [^)]*file_storage_domain=\"([^\"]*)\".*" index);

  # An artifact that another index has can only be found by pip.
  wheels = filter (file: file ? path) (map (wheel: wheel.artifact) (attrValues python.wheels));
in
map (file: { inherit (file) name url; sha256 = file.outputHash; }) platform.downloads
++ map (file: { inherit (file) name; url = "https://${fileHost}/packages/${file.path}"; sha256 = file.outputHash; }) wheels
