"""The files of the service ``shop`` with messages and a database, for processes of its own."""

SHOP = """
import os
import signal

import backend_common
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    number: Mapped[int] = mapped_column(primary_key=True)


def create_app(config=None):
    app = backend_common.create_app("shop", extensions=["db", "pulse"], config=config)

    @app.pulse.consumer("orders", "orders.*")
    def handle(message):
        if message.routing_key == "orders.fatal":
            os.kill(os.getpid(), signal.SIGKILL)
        app.db.session.add(Order(number=message.payload["number"]))

    return app
"""

FLASK = """
import shop

app = shop.create_app()
"""

ENV = """
import shop
from backend_common.db import run_migrations

run_migrations(shop.Base.metadata)
"""

SCRIPT = '''"""${message}"""
from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades}


def downgrade():
    ${downgrades}
'''

FILES = {
    "shop/__init__.py": SHOP,
    "shop/flask.py": FLASK,
    "migrations/env.py": ENV,
    "migrations/script.py.mako": SCRIPT,
    "migrations/versions/.keep": "",
}
