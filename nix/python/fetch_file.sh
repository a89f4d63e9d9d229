set -eu
. "$download"
host=$(sed -n 's/^PyPI = .*file_storage_domain="\([^"]*\)".*/\1/p' "$pip/pip/_internal/models/index.py")
if [ -z "$host" ]; then
  # The call may be spread over several lines.
  host=$(tr -d '\n' < "$pip/pip/_internal/models/index.py" | sed -n 's/.*PyPI = [^)]*file_storage_domain="\([^"]*\)".*/\1/p')
fi
download "https://$host/packages/$path" "$out" "The lock names a file that the index does not have: run ./please lock."
