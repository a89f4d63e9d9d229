{
  codename = "bookworm";
  loader = "ld-linux-aarch64.so.1";
  multiarch = "aarch64-linux-gnu";
  patchelf = [ "libc6" "libgcc-s1" "libstdc++6" "patchelf" ];
  architecture = [ "arm64" ];
  prune = [ ];
}
