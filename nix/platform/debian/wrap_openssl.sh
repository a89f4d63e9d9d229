# Makes an openssl that brings along what it loads, and nothing else.
#
# Environment, set by bootstrap.nix: unpack (./unpack.sh), debs, multiarch, loader, busybox, out.
set -eu
. "$unpack"
unpack files $debs
mkdir -p "$out/bin" "$out/lib"
libraries=files/lib/$multiarch
cp "$libraries/libc.so.6" "$libraries/$loader" "$libraries/libssl.so.3" "$libraries/libcrypto.so.3" "$out/lib"
cp files/bin/openssl "$out/lib/openssl"
# Without certificate authorities, which it would spend most of its time to read from the host where
# the sandbox is off: the hash of what is fetched decides (../download.sh).
printf '#!%s sh\nSSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null exec %s/lib/%s --library-path %s/lib %s/lib/openssl "$@"\n' \
  "$busybox/bin/busybox" "$out" "$loader" "$out" "$out" > "$out/bin/openssl"
chmod 755 "$out/bin/openssl"
