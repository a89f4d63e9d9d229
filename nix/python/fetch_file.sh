# Fetches one locked file from pip's default file host.
#
# Environment, set by fetch.nix: download (../platform/download.sh), fileHost (a file with the host's
# name), path (on that host), out.
set -eu
. "$download"
read -r host < "$fileHost"
download "https://$host$path" "$out" "The lock names a file that the index does not have: run ./please lock."
