# How to run the unpacked Python and patchelf before they are relocated: through the loader.
{ lock, unpack }:
let
  run = component: program:
    let root = unpack component; in {
      inherit root;
      loader = "${root}/lib/${lock.multiarch}/${lock.loader}";
      args = [ "--library-path" "${root}/lib/${lock.multiarch}:${root}/usr/lib/${lock.multiarch}" "${root}/usr/bin/${program}" ];
    };
in
{
  python = run "python" "python3.11";
  patchelf = run "patchelf" "patchelf";
}
