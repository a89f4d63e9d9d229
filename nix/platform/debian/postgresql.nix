# PostgreSQL 15: bin/postgres and its tools, with the time zones of tzdata (./finish_postgresql.py).
{ component, tzdata }:
component {
  name = "postgresql";
  finish = ./finish_postgresql.py;
  env = { inherit tzdata; };
}
