# Makes a prefix of libc and libssl.
#
# Environment, set by bootstrap.nix: unpack (./unpack.sh), libc (the package of libc), files (what is
# taken of that), debs (the others), out.
set -eu
. "$unpack"
unpack "$out" $debs
case $files in
  ./usr/*) above=2 ;;
  *) above=1 ;;
esac
unpack_files "$out" "$above" "$libc" $files
rm -rf "$out/share" "$out"/lib/*/gconv
