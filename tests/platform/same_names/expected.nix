{
  names = [
    "bash" "busybox" "cacert" "cxx" "elfutils" "libc" "loader" "oidc" "openssl"
    "patchelf" "pip" "postgresql" "python" "rabbitmq" "redis" "sitePackages" "system" "tzdata"
  ];
  same = true;
}
