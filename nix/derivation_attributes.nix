# A derivation with every attribute that Nix's commands read from one. Members and outputs have other names.
derivation {
  name = "attributes";
  system = "none";
  builder = "none";
  args = [ ];
  outputs = [ "out" ];
  meta = { };
}
