# download URL FILE SIZE HINT: fetch URL into FILE with busybox's wget; sourced by fixed-output builders.
#
# No more than SIZE bytes are kept, and one more is read at most. The certificate is not checked
# because the hash of the output decides. HINT is printed when the server says that the file does
# not exist. The time limit is timeout's, in seconds (patience), because wget's own (-T) makes
# Debian's static busybox crash in a sandbox.
download() {
  set -o pipefail
  # With two look-ups for each of seventy files, a first build meets answers of the name server that
  # get lost (resolv.conf(5)). They are waited for one second, not five; and at first IPv4 addresses
  # alone are asked for, because it is those of IPv6 that get lost, where there are none. Where IPv4
  # is there but leads nowhere, this waits for a connection in vain before it takes IPv6.
  lookup=no-aaaa
  for pause in 0 1 3 0; do
    if RES_OPTIONS="timeout:1 $lookup" timeout "${patience:-900}" wget -q --no-check-certificate -O - "$1" 2> wget.log | head -c "$(($3 + 1))" > "$2"; then
      fetched=yes
    else
      fetched=
    fi
    # More than that: head has left, and the server is not to blame for the signal that wget got.
    if [ "$(wc -c < "$2")" -gt "$3" ]; then
      echo "error: $1 sent more than the $3 bytes that the lock allows. It is not the file that was locked: look at the index or mirror before you lock again." >&2
      return 1
    fi
    [ -z "$fetched" ] || return 0
    cat wget.log >&2
    case $(cat wget.log) in
      *" 404 "* | *" 410 "*)
        echo "error: $1 does not exist. $4" >&2
        return 1
        ;;
    esac
    lookup=
    sleep "$pause"
  done
  echo "error: $1 could not be fetched. Check the network and the machine's configuration, then build again." >&2
  case $(cat wget.log) in
    *TLS*) echo "The mirror redirects to https: configure it with https://." >&2 ;;
  esac
  return 1
}
