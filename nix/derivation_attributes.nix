# The names that no member and no output can have, as an attribute set: those of the attributes of a
# derivation, which Nix's commands read.
derivation {
  name = "attributes";
  system = "none";
  builder = "none";
  args = [ ];
  outputs = [ "out" ];
  meta = { };
}
