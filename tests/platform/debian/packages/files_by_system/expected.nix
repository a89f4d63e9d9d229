{
  x86_64 = [ "./lib" "./lib64" ];
  aarch64 = [ "./lib" ];
  aarch64_trixie = [ "./usr/lib" ];
}
