{
  names = [ "bash" "busybox" "cacert" "libraries" "loader" "openssl" "patchelf" "pip" "python" "system" "tzdata" ];
  same = true;
}
