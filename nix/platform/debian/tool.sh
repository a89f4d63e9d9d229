# Makes programs that run from the store, of Debian packages.
#
# Environment, set by tool.nix: unpack (./unpack.sh), debs, programs (their names), libraries
# (directories, libc's first), patchelf (a command; empty where it is the program), multiarch,
# loader, out.
set -eu
. "$unpack"
unpack files $debs
mkdir -p "$out/bin" "$out/lib"
if [ -d "files/lib/$multiarch" ]; then
  cp -R "files/lib/$multiarch/." "$out/lib"
fi
loader=${libraries%% *}/$loader
searched=$out/lib:$(echo "$libraries" | tr ' ' :)
if [ -z "$patchelf" ]; then
  patchelf="$loader --library-path $searched files/bin/patchelf"
fi
for program in $programs; do
  # DT_RPATH, as relocate.py has it.
  $patchelf --force-rpath --set-rpath "$searched" --set-interpreter "$loader" --output "$out/bin/$program" "files/bin/$program"
  chmod 755 "$out/bin/$program"
done
