# Find the wheel of pip in $wheels, and run $script with it.
set -eu

for wheel in "$wheels"/pip-*.whl; do
  if [ ! -e "$wheel" ]; then
    echo "error: $python has no wheel of pip in ensurepip: pass a nixpkgs whose Python is not stripped of it" >&2
    exit 1
  fi
done
eval "$script"
