# The loader of x86_64 alone has a link in lib64, a directory that no package of aarch64 has.
{ nix }:
let files = release: system: (import (nix + "/platform/debian/packages.nix") { inherit release system; }).files "base"; in
{
  x86_64 = files "bookworm" "x86_64-linux";
  aarch64 = files "bookworm" "aarch64-linux";
  aarch64_trixie = files "trixie" "aarch64-linux";
}
