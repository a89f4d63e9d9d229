# The embedded platform: everything from Debian packages that nix/lock/debian.json pins.
#
# A component is a named set of Debian packages (../components.json). It is unpacked
# (./unpack.nix), then relocated (./relocate.nix) so that it runs from the store and finds
# nothing of the host. Adding one: an entry there, `./please lock --platform`, a line here.
{ system, mirror ? null }:
let
  lock = import ./lock.nix { inherit system; };
  fetch = import ./fetch.nix { inherit system lock mirror tools; };
  tools = import ./bootstrap.nix { inherit system lock fetch; };
  unpack = import ./unpack.nix { inherit system lock fetch tools; };
  interpreter = import ./interpreter.nix { inherit lock unpack; };
  relocate = import ./relocate.nix { inherit system lock unpack interpreter; };
in
rec {
  inherit system;
  inherit (tools) busybox openssl;
  python = import ./python.nix { inherit relocate tzdata; };
  sitePackages = "lib/python3.11/site-packages";
  pip = import ./pip.nix { inherit system tools unpack; };
  patchelf = relocate { component = "patchelf"; };
  elfutils = relocate { component = "elfutils"; };
  bash = relocate { component = "bash"; };
  cacert = import ./cacert.nix { inherit system tools unpack; };
  tzdata = import ./tzdata.nix { inherit system tools unpack; };
  postgresql = import ./postgresql.nix { inherit relocate tzdata; };
  redis = relocate { component = "redis"; };
  rabbitmq = import ./rabbitmq.nix { inherit relocate; inherit (tools) busybox; };
  oidc = relocate { component = "oidc"; finish = ./finish_oidc.py; };
  libc = "${python}/lib/${lock.multiarch}";
  loader = "${libc}/${lock.loader}";
  downloads = map fetch.deb (builtins.attrNames lock.packages);
  cxx = "${relocate { component = "cxx"; }}/lib/${lock.multiarch}";
}
