# Makes a prefix of libc and libssl.
#
# Environment, set by bootstrap.nix: unpack (./unpack.sh), libc (the package of libc), debs (the others),
# out.
set -eu
. "$unpack"
unpack "$out" $debs
unpack_files "$out" 1 "$libc" ./lib ./lib64
rm -r "$out/share"
