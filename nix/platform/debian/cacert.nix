# Mozilla's certificate authorities in one file, as OpenSSL reads them.
{ system, tools, unpack }:
derivation {
  name = "cacert";
  inherit system;
  builder = "${tools.busybox}/bin/busybox";
  args = [ "sh" "-euc" ''mkdir -p "$out/etc/ssl/certs"; cat "$root"/usr/share/ca-certificates/mozilla/*.crt > "$out/etc/ssl/certs/ca-bundle.crt"'' ];
  root = unpack "cacert";
}
