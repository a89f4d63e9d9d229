{
  aarch64-linux = true;
  x86_64-linux = true;
}
