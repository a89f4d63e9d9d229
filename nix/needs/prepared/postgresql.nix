# Return a prefix of PostgreSQL with a cluster that was made once, for a server to copy (./postgresql.py).
#
# Type: { python, prefix } -> derivation
{ python, prefix }:
python.step {
  name = "postgresql";
  script = ./postgresql.py;
  env = { inherit prefix; };
}
