# download URL FILE HINT: fetch URL into FILE with busybox's wget; sourced by fixed-output builders.
#
# The certificate is not checked because the hash of the output decides. HINT is printed when the
# server says that the file does not exist. The time limit is timeout's, in seconds, because wget's
# own (-T) makes Debian's static busybox crash in a sandbox.
download() {
  # With two look-ups for each of seventy files, a first build meets answers of the name server that
  # get lost (resolv.conf(5)). They are waited for one second, not five; and at first IPv4 addresses
  # alone are asked for, because it is those of IPv6 that get lost, where there are none. Where IPv4
  # is there but leads nowhere, this waits for a connection in vain before it takes IPv6.
  lookup=no-aaaa
  for pause in 0 1 3 0; do
    if RES_OPTIONS="timeout:1 $lookup" timeout 900 wget -q --no-check-certificate -O "$2" "$1" 2> wget.log; then
      return 0
    fi
    cat wget.log >&2
    case $(cat wget.log) in
      *" 404 "* | *" 410 "*)
        echo "error: $1 does not exist. $3" >&2
        return 1
        ;;
    esac
    lookup=
    sleep "$pause"
  done
  echo "error: $1 could not be fetched. Check the network and the machine's configuration, then build again." >&2
  case $(cat wget.log) in
    *TLS*) echo "A mirror that moves who asks to https has to be configured with https." >&2 ;;
  esac
  return 1
}
