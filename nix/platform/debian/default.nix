# The embedded platform: everything from Debian packages that nix/lock/debian/<release>.json pins.
#
# A component is a named set of Debian packages (../releases/<release>.toml): one that runs
# (./component.nix), a tool that those are made with (./tool.nix), or a few files (./files.nix). Adding
# one: an entry there, `./please lock --platform`, a line here. A server needs no line (./server.nix).
{
  system,
  # The codename of the Debian release, such as "trixie".
  release,
  mirror ? null,
  archive ? null,
}:
let
  # In a name of its own, because `inherit` evaluates its source once for each attribute.
  parts = import ../releases.nix release;
  inherit (parts) components others frozen pythonVersion;

  # The platform that the components come from which this release does not have.
  rest = if others == null then { } else import ./. { inherit system mirror archive; release = others; };

  lock = import ./packages.nix { inherit system release components; };
  fetch = import ./fetch.nix { inherit system lock mirror archive tools; };
  bootstrap = import ./bootstrap.nix { inherit system lock fetch; inherit (platform) busybox; };
  tools = { inherit (platform) busybox openssl; inherit (bootstrap) base; };
  component = import ./component.nix { inherit system lock fetch tools platform; };
  files = import ./files.nix { inherit system lock fetch tools; };
  tool = import ./tool.nix { inherit system lock fetch tools platform; };

  # By its name, what each component makes; nothing of this is asked for that is not in `components`.
  made = {
    inherit (bootstrap) busybox openssl;
    python = import ./python.nix { inherit component pythonVersion; inherit (platform) tzdata; inherit (bootstrap) base; };
    cxx = files { name = "cxx"; take = ''unpack files $debs; cp -R files/lib/*-linux-gnu "$out"''; };
    patchelf = tool { name = "patchelf"; program = "patchelf"; libraries = [ platform.cxx ]; patchelf = null; };
    elfutils = tool { name = "elfutils"; program = "eu-strip"; };
    bash = component { name = "bash"; };
    # The pip that Debian ships for bootstrapping, unpacked.
    pip = files {
      name = "pip";
      take = ''
        unpack files $debs
        mkdir "$out"
        unzip -q files/share/python-wheels/pip-*.whl -d "$out"
        export PYTHONPATH=${import ../module.nix ../bytecode.py}
        ${platform.python}/bin/python3 -S -s -c 'import bytecode; bytecode.compile_tree("'"$out"'")'
      '';
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
  };

  # Further names for what is in them.
  also = {
    python = {
      sitePackages = "lib/python${pythonVersion}/site-packages";
      abi = "cp${builtins.replaceStrings [ "." ] [ "" ] pythonVersion}";
      libc = "${platform.python}/lib/${lock.multiarch}";
      loader = "${platform.libc}/${lock.loader}";
    };
    # The module of pip with the default index, for derivations that need no more of it.
    pip.pipIndex = files {
      name = "pip-index";
      component = "pip";
      take = ''unpack files $debs; unzip -p files/share/python-wheels/pip-*.whl pip/_internal/models/index.py > "$out"'';
    };
  };
  server = import ./server.nix { inherit component components platform; others = rest.server or (_: null); };

  own = builtins.foldl' (names: component: names // also.${component} or { }) { } (builtins.attrNames components)
    // builtins.intersectAttrs components made;
  platform = rest // own // { inherit system server; isFrozen = frozen && rest.isFrozen or true; };
in
platform
