set -eu
mkdir -p "$out/bin"
{
  dpkg-deb --fsys-tarfile "$deb" 2>/dev/null ||
    ar p "$deb" data.tar.xz | xz -dc 2>/dev/null ||
    ar p "$deb" data.tar.xz | unxz -c
} | tar -xO ./bin/busybox > "$out/bin/busybox"
chmod 755 "$out/bin/busybox"
