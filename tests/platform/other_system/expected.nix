{
  system = "aarch64-linux";
  name = "python";
  loader = "ld-linux-aarch64.so.1";
}
