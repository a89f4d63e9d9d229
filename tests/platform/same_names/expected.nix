{
  names = [
    "abi" "bash" "busybox" "cacert" "cxx" "elfutils" "libc" "loader" "locale" "oidc" "openssl"
    "patchelf" "pip" "pipIndex" "postgresql" "python" "rabbitmq" "redis" "sitePackages" "system" "tzdata"
  ];
  same = true;
}
