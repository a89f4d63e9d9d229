# Finds out where pip's default index has its files.
#
# Environment, set by file_host.nix: pipIndex (pip's models/index.py), out (gets the host's name).
set -eu
# The call may be spread over several lines; the blank tells PyPI from TestPyPI.
host=$(tr '\n' ' ' < "$pipIndex" | sed -n 's/.* PyPI = [^)]*file_storage_domain="\([^"]*\)".*/\1/p')
if [ -z "$host" ]; then
  echo "error: $pipIndex names no file host: this pip is not the one that nix/python/fetch/file_host.sh was made for" >&2
  exit 1
fi
echo "$host" > "$out"
