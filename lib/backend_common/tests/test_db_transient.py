"""Which errors of a database pass by themselves, so that the same work may succeed later."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common import create_app
from backend_common.core import transient
from sqlalchemy import exc

Service = Callable[..., Path]

WHOLE = "sqlite://"
GONE = "postgresql://me:hidden@127.0.0.1:1/shop"
CAUSE = Exception("no")


@pytest.mark.parametrize(
    ("error", "url", "expected"),
    [
        (exc.TimeoutError(), WHOLE, True),
        (exc.InterfaceError("SELECT 1", {}, CAUSE), WHOLE, True),
        (exc.ProgrammingError("SELECT nothing", {}, CAUSE), WHOLE, False),
        (exc.ProgrammingError("SELECT nothing", {}, CAUSE), GONE, True),
        (exc.IntegrityError("INSERT", {}, CAUSE), GONE, False),
        (exc.InvalidRequestError(), GONE, False),
        (LookupError(), GONE, False),
    ],
)
def test_what_passes_by_itself(
    service: Service, error: Exception, url: str, expected: bool
) -> None:
    service()
    app = create_app("shop", extensions=["db"], config={"DATABASE_URL": url})
    with app.app_context():
        assert transient.is_transient(app, error) is expected
        app.db.engine.dispose()
