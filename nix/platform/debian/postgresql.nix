# PostgreSQL 15: bin/postgres and its tools, with the time zones of tzdata (./finish_postgresql.py).
{ relocate, tzdata }:
relocate {
  component = "postgresql";
  finish = ./finish_postgresql.py;
  env = { inherit tzdata; };
}
