# Settings of Alembic: https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file
# `flask db` needs none: the database is the application's, and the directory is this one.
[alembic]
