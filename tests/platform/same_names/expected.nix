{
  names = [
    "abi" "bash" "busybox" "cacert" "cxx" "elfutils" "isFrozen" "libc" "loader" "locale" "openssl"
    "patchelf" "pip" "pipIndex" "python" "server" "sitePackages" "system" "tzdata"
  ];
  partial = true;
  same = true;
}
