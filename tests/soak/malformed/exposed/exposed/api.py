"""The functions behind the documents."""

from typing import Any

from backend_common import current_app
from werkzeug.exceptions import NotFound

from .models import Order

KEY = "sesame"


def show(**arguments: Any) -> dict[str, Any]:
    """Return the names of the arguments."""
    return {"given": sorted(arguments)}


def change(**arguments: Any) -> dict[str, Any]:
    """Return the names of the arguments."""
    return show(**arguments)


def upload(**arguments: Any) -> dict[str, Any]:
    """Read the files, and return the names of the arguments."""
    for value in arguments.values():
        for each in value if isinstance(value, list) else [value]:
            if hasattr(each, "read"):
                each.read()
    return show(**arguments)


def secret(**arguments: Any) -> dict[str, Any]:
    """Return the names of the arguments to a caller with the permissions."""
    return show(**arguments)


def guarded(**arguments: Any) -> dict[str, Any]:
    """Return the names of the arguments to a caller with the permissions."""
    return show(**arguments)


def optional(**arguments: Any) -> dict[str, Any]:
    """Return the names of the arguments to any caller."""
    return show(**arguments)


def add_order(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Store an order, and publish a message if it is new."""
    session = current_app.db.session
    order, is_new = Order.get_or_create(session, {"size": body.get("size", 1)}, name=body["name"])
    if is_new:
        current_app.pulse.publish("orders.created", body)
    session.commit()
    return _shown(order), 201 if is_new else 200


def get_order(id_: int) -> dict[str, Any]:
    """Return an order."""
    order = current_app.db.session.get(Order, id_)
    if order is None:
        raise NotFound
    return _shown(order)


def find_orders(name: str = "", least: int = 0) -> list[dict[str, Any]]:
    """Find orders, in the cache if the same search was made before."""
    key = f"orders:{name}:{least}"
    found: list[dict[str, Any]] | None = current_app.cache.get(key)
    if found is None:
        query = current_app.db.select(Order).where(Order.name.contains(name), Order.size >= least)
        found = [_shown(each) for each in current_app.db.session.scalars(query.limit(5))]
        current_app.cache.set(key, found, 1)
    return found


def check_bearer(token: str) -> dict[str, Any] | None:
    """Return the claims of a token, or None."""
    return {"sub": "somebody", "scope": "read"} if token == KEY else None


def check_basic(username: str, password: str) -> dict[str, Any] | None:
    """Return the claims of a user, or None if the password is wrong."""
    return {"sub": username} if password == KEY else None


def check_key(apikey: str) -> dict[str, Any] | None:
    """Return the claims of a key, or None."""
    return {"sub": "somebody"} if apikey == KEY else None


def _shown(order: Order) -> dict[str, Any]:
    return {"id": order.id, "name": order.name, "size": order.size}
