# What ../../nix/platform/nixpkgs asks of nixpkgs, under the same names, made of the embedded
# platform's derivations.
{ system ? builtins.currentSystem, mirror ? null }:
let
  embedded = import ../../nix/platform { inherit system mirror; release = "bookworm"; };

  # A directory with one symlink in it.
  linked = name: path: target: derivation {
    inherit name system path target;
    builder = "${embedded.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''mkdir -p "$out/$(dirname "$path")"; ln -s "$target" "$out/$path"'' ];
  };

  # CPython has the wheel of pip in it, which Debian keeps apart.
  python = derivation {
    name = "python";
    inherit system;
    inherit (embedded) python pip;
    builder = "${embedded.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''
      cp -R "$python" "$out"
      chmod -R u+w "$out"
      mkdir -p "$out/lib/python3.11/ensurepip/_bundled"
      cp -R "$pip" wheel
      cd wheel
      # A ZIP archive knows no time before 1980.
      chmod -R u+w .
      find . -exec touch -d @1000000000 {} +
      "$python/bin/python3" -S -s -m zipfile -c "$out/lib/python3.11/ensurepip/_bundled/pip-0-py3-none-any.whl" pip*
    '' ];
    PATH = "${embedded.python}/bin";
  };

  # glibc brings the locale C.UTF-8.
  libc = derivation {
    name = "libc";
    inherit system;
    inherit (embedded) libc locale;
    builder = "${embedded.busybox}/bin/busybox";
    args = [ "sh" "-euc" ''mkdir -p "$out/lib"; ln -s "$libc"/* "$out/lib"; ln -s "$locale" "$out/lib/locale"'' ];
  };
in
{
  inherit (embedded) busybox cacert elfutils openssl patchelf tzdata;
  bashInteractive = embedded.bash;
  redis = embedded.server "redis";
  postgresql = embedded.server "postgresql";
  rabbitmq-server = embedded.server "rabbitmq";
  beamPackages.erlang = embedded.server "rabbitmq";
  # What nixpkgs has removed is an alias with the reason.
  python310 = throw "python310 has been removed since it reached its EOL upstream";
  erlang = throw "'erlang' is deprecated in favor of using the beamPackages sets";
  symlinkJoin = { name, paths }: assert name == "rabbitmq" && builtins.all (path: path ? outPath) paths; builtins.head paths;
  stdenv = {
    hostPlatform = { inherit system; libc = "glibc"; };
    cc = {
      inherit libc;
      cc.lib = linked "cc-lib" "lib" embedded.cxx;
      bintools.dynamicLinker = embedded.loader;
    };
  };
  python311 = python // {
    pythonVersion = "3.11";
    sitePackages = "lib/python3.11/site-packages";
    pkgs.pip = throw "pip is made with its documentation";
  };
}
