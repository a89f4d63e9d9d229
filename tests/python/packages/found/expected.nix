{
  index = { brush.version = "1.0"; flask.version = "3.1.0"; };
  python = "3.11.2";
  root = { groups.lint = [ "ruff" ]; declares = { }; };
  members = [ "door" "paint" ];
  paint = {
    directory = "lib/paint";
    version = "1.0";
    metadata = { };
    named = [ "default" ];
    requires = [ "flask" ];
    resolves = { default.requires = [ "flask" ]; next.requires = [ "brush" ]; };
  };
}
