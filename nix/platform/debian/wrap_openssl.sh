# Makes an openssl that finds what it loads.
#
# Environment, set by bootstrap.nix: debs (its package), base (a prefix with libc and
# libssl), multiarch, loader, busybox, out.
set -eu
mkdir -p "$out/bin" "$out/lib"
ar p $debs data.tar.xz | tar -xJO ./usr/bin/openssl > "$out/lib/openssl"
chmod 755 "$out/lib/openssl"
libraries=$base/lib/$multiarch
# Without the host's settings and certificate authorities, which it would spend most of its time to
# read where the sandbox is off: the hash of what is fetched decides (../download.sh).
cat > "$out/bin/openssl" << END
#!$busybox/bin/busybox sh
OPENSSL_CONF=/dev/null SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null exec $libraries/$loader --library-path $libraries $out/lib/openssl "\$@"
END
chmod 755 "$out/bin/openssl"
