"""A process that is forked has connections of its own.

Two processes that share one read each other's answers. Servers that load the application before
they fork (``gunicorn --preload``) would, if it has asked the database for something by then.
"""

import os
from weakref import WeakSet

from sqlalchemy import Engine, Pool

_engines: WeakSet[Engine] = WeakSet()
_inherited: list[Pool] = []


def prepare(engine: Engine) -> None:
    """Have forked processes leave the connections of *engine* to their parent."""
    # NB: a database in memory is gone with its connection.
    if engine.dialect.name != "sqlite" or engine.url.database not in (None, "", ":memory:"):
        _engines.add(engine)


def _leave() -> None:
    for engine in list(_engines):
        # Not closed, which would tell the server to end a connection of the parent; and kept, since
        # the end of the objects is one of the connections to some drivers.
        _inherited.append(engine.pool)
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_leave)
