# pip out of the interpreter itself, which brings its wheel for venvs (ensurepip). The package pip of nixpkgs is
# made with its documentation, which takes Sphinx and fifty packages.
{ system, python, busybox }:
let
  fromWheel = name: script: derivation {
    inherit name system python script;
    wheels = "${python}/lib/python${python.pythonVersion}/ensurepip/_bundled";
    builder = "${busybox}/bin/busybox";
    args = [ "sh" ./pip.sh ];
    # Python, which a builder gives no directory, would look for itself in /usr.
    PATH = "${busybox}/bin:${python}/bin";
    PYTHONPATH = import ../module.nix ../bytecode.py;
    PYTHONDONTWRITEBYTECODE = "1";
  };
in
{
  pip = fromWheel "pip" ''
    mkdir "$out"
    unzip -q "$wheel" -d "$out"
    "$python/bin/python3" -S -s -c 'import bytecode, os; bytecode.compile_tree(os.environ["out"])'
  '';
  pipIndex = fromWheel "pip-index" ''unzip -p "$wheel" pip/_internal/models/index.py > "$out"'';
}
