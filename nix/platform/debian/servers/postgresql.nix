# PostgreSQL 15: bin/postgres and its tools, with the time zones of tzdata (./postgresql.py).
{ platform }: { env = { inherit (platform) tzdata; }; }
