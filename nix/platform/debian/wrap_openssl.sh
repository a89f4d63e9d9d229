set -eu
mkdir -p "$out/bin" "$out/lib" unpacked
for deb in $debs; do
  ar p "$deb" data.tar.xz | tar -xJ -C unpacked
done
libraries=unpacked/usr/lib/$multiarch
cp unpacked/lib/$multiarch/libc.so.6 unpacked/lib/$multiarch/$loader "$libraries"/libssl.so.3 "$libraries"/libcrypto.so.3 "$out/lib"
cp unpacked/usr/bin/openssl "$out/lib/openssl"
printf '#!%s sh\nexec %s/lib/%s --library-path %s/lib %s/lib/openssl "$@"\n' \
  "$busybox/bin/busybox" "$out" "$loader" "$out" "$out" > "$out/bin/openssl"
chmod 755 "$out/bin/openssl"
