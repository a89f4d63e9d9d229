# The archive of Debian snapshots that has what left the mirrors: its base URL, without a slash at the end; ""
# where none is configured.
#
# Below it, the archive has a directory for each time, such as 20260906T095800Z/pool/…, and answers for any time
# with the last snapshot before it.
{
  override ? builtins.getEnv "SERVICES_DEBIAN_ARCHIVE",
}:
let
  isUsable = builtins.match "https?://[^/$@][^$@]*" override != null;
in
if override == "" then ""
else if isUsable then builtins.head (builtins.match "(.*[^/])/*" override)
else throw ("SERVICES_DEBIAN_ARCHIVE or the flake's input archive is not an http(s) address without credentials: set it to the base URL of an "
  + "archive of Debian snapshots, the one above its directories by time, or unset it.")
