# Makes a program of Debian packages that runs from the store.
#
# Environment, set by tool.nix: unpack (./unpack.sh), debs, program (its name), loader, libraries (a
# path of directories), patchelf (a command; empty where it is the program), multiarch, out.
set -eu
. "$unpack"
unpack files $debs
mkdir -p "$out/bin" "$out/lib"
if [ -d "files/lib/$multiarch" ]; then
  cp -R "files/lib/$multiarch/." "$out/lib"
fi
searched=$out/lib:$libraries
if [ -z "$patchelf" ]; then
  patchelf="$loader --library-path $searched files/bin/$program"
fi
# DT_RPATH, as relocate.py has it.
$patchelf --force-rpath --set-rpath "$searched" --set-interpreter "$loader" --output "$out/bin/$program" "files/bin/$program"
chmod 755 "$out/bin/$program"
