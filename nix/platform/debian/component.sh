# Makes a component: unpacks its packages, and hands over to relocate.py, or to prepare_python.py.
#
# Environment, set by component.nix: debs, base (a prefix to begin with, or empty), prune (globs of
# what is deleted), unpack (./unpack.sh), relocate (./relocate.py), python (a command; empty where this
# makes it), program and prepare (the interpreter's name and ./prepare_python.py, where this makes
# Python), what relocate.py takes, and out.
set -eu
. "$unpack"
if [ -n "$base" ]; then
  cp -R "$base" "$out"
  chmod -R u+w "$out"
fi
unpack "$out" $debs
prune "$out" "$prune"
if [ -z "$python" ]; then
  libc=$out/lib/$multiarch
  cd "$out"
  PYTHONHOME=$out exec "$libc/$loader" --library-path "$libc" "$out/bin/$program" -S -s "$prepare"
fi
exec $python -S -s "$relocate"
