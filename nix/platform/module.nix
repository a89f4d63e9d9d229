# A Python file -> a directory in the store with that module alone, for PYTHONPATH: an edit to
# another module rebuilds nothing.
module:
builtins.path {
  name = "module";
  path = dirOf module;
  filter = path: _: path == toString module;
}
