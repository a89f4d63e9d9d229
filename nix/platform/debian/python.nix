# CPython, trimmed and compiled (./prepare_python.py).
{ component, base, tzdata, pythonVersion }:
let
  module = import ../module.nix;
  text = import ../../text.nix;

  # What no program needs of the Python of any release.
  unneeded = [
    # Debian's hooks into an installed system; the first is a link into the second.
    "lib/python3.*/sitecustomize.py"
    "etc"
    "lib/binfmt.d"
    "lib/python3"
    "share"
    # Libraries that nothing here loads. A wheel may load libanl, libmvec and libnsl (PEP 600): they stay.
    "lib/*/engines-3"
    "lib/*/libBrokenLocale*"
    "lib/*/libc_malloc_debug*"
    "lib/*/libexpatw*"
    "lib/*/libform*"
    "lib/*/libhistory*"
    "lib/*/libmemusage*"
    "lib/*/libmenu*"
    "lib/*/libnss_compat*"
    "lib/*/libnss_hesiod*"
    "lib/*/libpanel*"
    "lib/*/libpcprofile*"
    "lib/*/libthread_db*"
    "lib/*/libtic*"
    "lib/*/ossl-modules"
    # Modules for other systems. The stand-ins for modules in C stay: packages import them by name.
    "lib/python3.*/_aix_support.py"
    "lib/python3.*/_bootsubprocess.py"
    "lib/python3.*/_osx_support.py"
    "lib/python3.*/_distutils_system_mod.py"
    "lib/python3.*/asyncio/proactor_events.py"
    "lib/python3.*/asyncio/windows_*.py"
    "lib/python3.*/ctypes/_aix.py"
    "lib/python3.*/ctypes/macholib"
    "lib/python3.*/encodings/mbcs.py"
    "lib/python3.*/encodings/oem.py"
    "lib/python3.*/multiprocessing/popen_spawn_win32.py"
    "lib/python3.*/nturl2path.py"
    # Modules that serve no service: those that need Tk, NIS, Berkeley DB, OSS, the panels of curses or
    # files of other packages, and those that test CPython itself, or are jokes.
    "lib/python3.*/ensurepip"
    "lib/python3.*/idlelib"
    "lib/python3.*/__hello__.py"
    "lib/python3.*/__phello__"
    "lib/python3.*/antigravity.py"
    "lib/python3.*/curses/panel.py"
    "lib/python3.*/lib-dynload/_*test*.so"
    "lib/python3.*/lib-dynload/_curses_panel.*.so"
    "lib/python3.*/lib-dynload/_xxsubinterpreters.*.so"
    "lib/python3.*/lib-dynload/ossaudiodev.*.so"
    "lib/python3.*/lib-dynload/_dbm.*.so"
    "lib/python3.*/lib-dynload/nis.*.so"
    "lib/python3.*/lib-dynload/xxlimited*.so"
    "lib/python3.*/pydoc_data"
    "lib/python3.*/test"
    "lib/python3.*/tkinter"
    "lib/python3.*/this.py"
    "lib/python3.*/turtle.py"
    "lib/python3.*/turtledemo"
  ];
in
component {
  name = "python";
  python = null;
  inherit base;
  prune = unneeded;
  env = {
    inherit tzdata;
    program = "python${pythonVersion}";
    prepare = text ./prepare_python.py;
    readOnlyStore = text ../read_only_store.py;
    PYTHONPATH = "${module ../bytecode.py}:${module ./relocate.py}";
  };
}
