"""The service of the campaign, as text, and its settings."""

NAME = "orders"

SERVICE = """
import backend_common
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    name: Mapped[str] = mapped_column(primary_key=True)


class Handled(Base):
    __tablename__ = "handled"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def create_app(config=None):
    app = backend_common.create_app("orders", ["cache", "db", "pulse"], config)

    @app.put("/orders/<name>")
    def put(name):
        app.cache.set("count", (app.cache.get("count") or 0) + 1)
        app.db.session.add(Order(name=name))
        app.pulse.publish("orders.made", name)
        app.db.session.commit()
        return "", 201

    @app.pulse.consumer("handled", "orders.*")
    def handle(message):
        app.db.session.add(Handled(name=message.payload))

    return app
"""

SETTINGS = {
    "APP_CHANNEL": "development",
    "DATABASE_STATEMENT_TIMEOUT": "2",
    "DATABASE_POOL_TIMEOUT": "2",
    "PULSE_HEARTBEAT": "2",
    "PULSE_RELAY_POLL": "0.1",
}
