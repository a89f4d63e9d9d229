# Fetches a Debian package from the mirror, or else from an archive of Debian snapshots.
#
# Environment, set by fetch.nix: download (../download.sh), url (on the mirror), archived (in the archive;
# empty where none is configured), file (below the mirror's base URL), release (its codename), size (in
# bytes), outputHash (its SHA-256, in hex), out.
set -eu
. "$download"

# attempt URL: fetch the file into $out; else let `reason` say why that failed.
attempt() {
  if download "$1" "$out" "$size" "" 2> said; then
    if echo "$outputHash  $out" | sha256sum -c -s; then
      return 0
    fi
    echo "error: $1 is not the file that was locked. Its hash differs." > said
  fi
  cat said >&2
  reason=$(sed -n 's/^error: //p' said)
  # The rest is advice.
  reason=${reason%%. *}
  return 1
}

if attempt "$url"; then
  exit
fi
mirror=$reason
if [ -n "$archived" ]; then
  echo "warning: the mirror does not have $file: trying $archived" >&2
  if attempt "$archived"; then
    exit
  fi
  archive=$reason
else
  archive="SERVICES_DEBIAN_ARCHIVE is not set"
fi
case $mirror in
  *" could not be fetched")
    # Without an archive, that is all there is to say.
    [ -n "$archived" ] || exit 1
    advice="Check the network, or take another mirror"
    ;;
  *" does not exist") advice="Run ./please lock --platform $release, which locks what the mirror has now" ;;
  *) advice="Look at the mirror before you lock again" ;;
esac
echo "error: $file cannot be fetched. The mirror: $mirror. An archive of Debian snapshots: $archive. Substituters: none has $out. $advice." >&2
exit 1
