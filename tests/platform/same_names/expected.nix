{
  names = [ "bash" "busybox" "cacert" "cxx" "elfutils" "libc" "loader" "openssl" "patchelf" "pip" "python" "sitePackages" "system" "tzdata" ];
  same = true;
}
