set -eu
. "$download"
download "$url" "$out" "$size" "It may have left the mirror: run ./please lock --platform, which locks what the mirror has now."
