# What installs the files of a member that are copied, as a directory of modules.
{ step }:
# Compiled, because each edit of a member starts it.
import ./compiled.nix { inherit step; } {
  name = "member-installer";
  files = [
    ../platform/bytecode.py
    ./steps/install_source.py
    ./steps/prefix.py
    ./steps/source_links.py
    ./steps/texts.py
    ./steps/unpackaged.py
    ./steps/write_metadata.py
  ];
}
