# A file of the lock ({ file, sha256, size, blake2b, index }) -> that file, by its hash.
#
#   file_host.nix   from pip's default file host, where the machine's pip has no other index
#   directory.nix   from a directory of this machine that pip's configuration names
#   index.nix       with pip's own finder, as this machine's pip is configured
{
  root,
  platform,
  # A pip.conf; null for what the machine's pip reads.
  pipConfiguration ? null,
}:
let
  pip = import ./pip.nix { configurationFile = pipConfiguration; };
  named = import ./named_index.nix { inherit root; };
  fixed = import ./fixed.nix { inherit platform; };
  fromFileHost = import ./file_host.nix { inherit platform fixed; };
  fromDirectory = import ./directory.nix { directories = pip.directories ++ named.directories; inherit fixed; };
  fromIndex = import ./index.nix { inherit platform pip named fixed; };
in
# The project's name, as the index knows it; the file, as the lock describes it.
project: artifact:
let
  # An older lock does not name the index.
  isFromIndexUrl = artifact.index or "index-url" == "index-url";
  local = fromDirectory project artifact;
in
if pip.usesDefaultIndex && isFromIndexUrl && artifact ? blake2b then fromFileHost artifact
else if local != null then local
else fromIndex project artifact
