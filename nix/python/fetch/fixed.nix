# What every way to fetch a file of the lock has in common: the attributes of a fixed-output derivation.
{ platform }:
artifact: {
  # Nix starts what it can in the order of names: after the platform's own files (deb-…) and the
  # interpreter that is made of them, so that these arrive while that is built.
  name = "upstream-" + builtins.replaceStrings [ "!" ] [ "-" ] artifact.file;
  inherit (platform) system;
  inherit (artifact) file;
  # In bytes; nothing writes more.
  size = toString (artifact.size or (import ../../platform/largest_download.nix));
  outputHashMode = "flat";
  outputHashAlgo = "sha256";
  outputHash = artifact.sha256;
  preferLocalBuild = true;
}
