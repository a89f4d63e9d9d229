# The embedded platform: everything from Debian packages that nix/lock/debian.json pins.
#
# A component is a named set of Debian packages (../components.toml): one that runs (./component.nix),
# a tool that those are made with (./tool.nix), or a few files (./files.nix). Adding one: an entry
# there, `./please lock --platform`, a line here. A server needs no line (./server.nix).
{ system, mirror ? null }:
let
  lock = import ./packages.nix { inherit system; };
  fetch = import ./fetch.nix { inherit system lock mirror tools; };
  tools = import ./bootstrap.nix { inherit system lock fetch; };
  component = import ./component.nix { inherit system lock fetch tools platform; };
  files = import ./files.nix { inherit system lock fetch tools; };
  tool = import ./tool.nix { inherit system lock fetch tools platform; };

  platform = rec {
    inherit system;
    inherit (tools) busybox openssl;
    python = import ./python.nix { inherit component tzdata; inherit (tools) base; inherit (lock) pythonVersion; };
    sitePackages = "lib/python${lock.pythonVersion}/site-packages";
    abi = "cp${builtins.replaceStrings [ "." ] [ "" ] lock.pythonVersion}";
    libc = "${python}/lib/${lock.multiarch}";
    loader = "${libc}/${lock.loader}";
    cxx = files { name = "cxx"; take = ''unpack files $debs; cp -R files/lib/*-linux-gnu "$out"''; };
    patchelf = tool { name = "patchelf"; program = "patchelf"; libraries = [ cxx ]; patchelf = null; };
    bash = component { name = "bash"; };
    # The pip that Debian ships for bootstrapping, unpacked.
    pip = files {
      name = "pip";
      take = ''
        unpack files $debs
        mkdir "$out"
        unzip -q files/share/python-wheels/pip-*.whl -d "$out"
        export PYTHONPATH=${import ../module.nix ../bytecode.py}
        ${python}/bin/python3 -S -s -c 'import bytecode; bytecode.compile_tree("'"$out"'")'
      '';
    };
    # Its module with the default index, for derivations that need no more of pip.
    pipIndex = files {
      name = "pip-index";
      component = "pip";
      take = ''unpack files $debs; unzip -p files/share/python-wheels/pip-*.whl pip/_internal/models/index.py > "$out"'';
    };
    # Mozilla's certificate authorities in one file, as OpenSSL reads them.
    cacert = files {
      name = "cacert";
      take = ''mkdir -p "$out/etc/ssl/certs"; ar p $debs data.tar.xz | tar -xJO ./usr/share/ca-certificates/mozilla > "$out/etc/ssl/certs/ca-bundle.crt"'';
    };
    # All zones once: without the copies that count leap seconds or not, the host's zone and the source.
    tzdata = files {
      name = "tzdata";
      take = ''
        wanted=$(files $debs | sed -n 's:/$::; /^.\/usr\/share\/zoneinfo\/[^/]*$/p' | grep -vE '/(posix|right|tzdata.zi|localtime|leap[^/]*)$')
        unpack_files "$out" 2 $debs $wanted'';
    };
    # C.UTF-8 alone. glibc looks for locales in a directory that relocate.py edits away: LOCPATH
    # names this one.
    locale = files { name = "locale"; take = ''unpack_files "$out" 4 $debs ./usr/lib/locale''; };
    server = import ./server.nix { inherit lock component platform; };
  };
in
platform
