{
  bookworm = { aarch64-linux = true; x86_64-linux = true; };
  trixie = { aarch64-linux = true; x86_64-linux = true; };
}
