# Fetches one locked file from pip's default file host.
#
# Environment, set by file_host.nix: download (../../platform/download.sh), fileHost (a file with the host's
# name), path (on that host), size (in bytes), out.
set -eu
. "$download"
read -r host < "$fileHost"
download "https://$host$path" "$out" "$size" "Run ./please lock, which locks what the index has."
