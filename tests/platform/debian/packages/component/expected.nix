{
  codename = "bookworm";
  loader = "ld-linux-aarch64.so.1";
  multiarch = "aarch64-linux-gnu";
  patchelf = [ "patchelf" ];
  architecture = [ "arm64" ];
  prune = [ ];
}
