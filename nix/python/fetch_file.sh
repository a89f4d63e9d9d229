# Fetches one locked file from pip's default file host.
#
# Environment, set by fetch.nix: download (../platform/download.sh), pip, path (below packages/ on
# the host), out.
set -eu
. "$download"
index=$pip/pip/_internal/models/index.py
# The call may be spread over several lines; the blank tells PyPI from TestPyPI.
host=$(tr '\n' ' ' < "$index" | sed -n 's/.* PyPI = [^)]*file_storage_domain="\([^"]*\)".*/\1/p')
if [ -z "$host" ]; then
  echo "error: $index names no file host: this pip is not the one that nix/python/fetch_file.sh was made for" >&2
  exit 1
fi
download "https://$host/packages/$path" "$out" "The lock names a file that the index does not have: run ./please lock."
