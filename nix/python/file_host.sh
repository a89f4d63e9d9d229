# Finds out where pip's default index has its files.
#
# Environment, set by fetch.nix: pip (a directory with its package), out (gets the host's name).
set -eu
index=$pip/pip/_internal/models/index.py
# The call may be spread over several lines; the blank tells PyPI from TestPyPI.
host=$(tr '\n' ' ' < "$index" | sed -n 's/.* PyPI = [^)]*file_storage_domain="\([^"]*\)".*/\1/p')
if [ -z "$host" ]; then
  echo "error: $index names no file host: this pip is not the one that nix/python/file_host.sh was made for" >&2
  exit 1
fi
echo "$host" > "$out"
