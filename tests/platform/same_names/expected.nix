{
  names = [ "bash" "busybox" "cacert" "cxx" "elfutils" "libc" "loader" "openssl" "patchelf" "pip" "python" "system" "tzdata" ];
  same = true;
}
