import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, create_app
from backend_common.core.loader import ExtensionError
from backend_common.pulse import Message, Retry, inbox, outbox
from backend_common.pulse.outbox import Outbox
from backend_common.pulse.publisher import Outcome
from click.testing import Result

pytest.importorskip("flask_sqlalchemy", reason="the outbox is where the extra db is")

import sqlalchemy
from shop_pulse import FILES
from sqlalchemy.exc import OperationalError
from table_definition import definition

Service = Callable[..., Path]
Make = Callable[..., App]

OUTBOX = """
CREATE TABLE pulse_outbox (
    id BIGSERIAL NOT NULL,
    message VARCHAR(36) NOT NULL,
    routing_key VARCHAR(255) NOT NULL,
    body TEXT NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (message)
)
"""

INBOX = """
CREATE TABLE pulse_seen (
    queue VARCHAR(255) NOT NULL,
    message VARCHAR(255) NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (queue, message)
)
CREATE INDEX ix_pulse_seen_at ON pulse_seen (at)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, given: Mapping[str, str], tmp_path: Path
) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shop.db"
        return
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL names no PostgreSQL: run this in nix-shell (needs run -- pytest)")
    server = sqlalchemy.make_url(given["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid.uuid4().hex}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def make(service: Service, database: str) -> Iterator[Make]:
    """Make the application of a service, whose database has no tables yet."""
    service(FILES)
    apps = []

    def make_app(**config: Any) -> App:
        own = {"DATABASE_URL": database, "PULSE_PAUSE": 0.01, "PULSE_RELAY_POLL": 0.05}
        apps.append(create_app("shop", extensions=["db", "pulse"], config={**own, **config}))
        return apps[-1]

    yield make_app
    for app in apps:
        with app.app_context():
            app.db.engine.dispose()


def command(app: App, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def migrate(app: App) -> App:
    for arguments in (["db", "migrate"], ["db", "upgrade"]):
        result = command(app, *arguments)
        assert result.exit_code == 0, result.output
    return app


@pytest.fixture
def app(make: Make) -> App:
    return migrate(make())


def publish(app: App, *numbers: int, commit: bool = True) -> list[str]:
    with app.app_context():
        ids = [app.pulse.publish("orders.created", {"number": number}) for number in numbers]
        if commit:
            app.db.session.commit()
    return ids


def numbers(app: App) -> list[int]:
    return [message.payload["number"] for message in app.pulse.captured]


def test_migrations_see_the_tables(app: App) -> None:
    assert command(app, "db", "check").exit_code == 0
    with app.app_context():
        assert {"pulse_outbox", "pulse_seen"} <= set(
            app.db.inspect(app.db.engine).get_table_names()
        )


def test_the_tables_stay_what_existing_deployments_have(make: Make) -> None:
    db = make().db
    assert definition(outbox.TABLE.of(db)) == OUTBOX.strip()
    assert definition(inbox.TABLE.of(db)) == INBOX.strip()


def test_a_database_without_the_table(make: Make) -> None:
    app = make()
    with pytest.raises(ExtensionError, match=r"lacks the table pulse_outbox: add .*db migrate"):
        publish(app, 1)


def test_what_is_rolled_back_is_not_published(app: App) -> None:
    publish(app, 1)
    publish(app, 2, commit=False)
    assert numbers(app) == [1]


def test_a_relay_publishes_in_order_and_forgets(app: App) -> None:
    got: list[Message] = []
    app.pulse.consumer("mail", "#")(got.append)
    ids = publish(app, *range(250))
    app.pulse.relay(until_empty=True)
    assert numbers(app) == []
    app.pulse.consume(["mail"], idle=0.05)
    assert [message.id for message in got] == ids
    assert [message.payload["number"] for message in got] == list(range(250))


def test_relays_share_the_work(app: App, make: Make) -> None:
    """What one has taken, and not yet settled, no other takes."""
    other = make()
    one, two = app.pulse._outbox, other.pulse._outbox
    assert one
    assert two
    publish(app, 1, 2, 3)
    nothing: frozenset[str] = frozenset()
    with app.app_context():
        first = one.take(2)
        with other.app_context():
            second = two.take(10)
            two.settle(second, Outcome(frozenset(letter.id for letter in second), nothing))
        assert (len(first), len(second)) == (2, 1)
        one.settle(first, Outcome(nothing, nothing))
    with other.app_context():
        assert [letter.id for letter in two.take(10)] == [letter.id for letter in first]


def test_what_a_killed_relay_had_is_published_again(app: App) -> None:
    """It was published, and nobody lived to write that down; the consumer drops the second one."""
    got: list[Message] = []
    app.pulse.consumer("mail", "#")(got.append)
    ids = publish(app, 1, 2)
    outbox, publishers = Outbox(app, lease=0), app.pulse._publishers
    with app.app_context():
        assert publishers.send(outbox.take(10)).error is None
    app.pulse.relay(until_empty=True)
    assert numbers(app) == []
    app.pulse.consume(["mail"], idle=0.05)
    assert [message.id for message in got] == ids


def test_what_no_queue_takes_waits_and_is_overtaken(app: App) -> None:
    outbox = app.pulse._outbox
    assert outbox
    publish(app, 1, 2)
    with app.app_context():
        taken = outbox.take(10)
        outbox.settle(taken, Outcome(frozenset(), frozenset([taken[0].id])))
        assert [letter.id for letter in outbox.take(10)] == [taken[1].id]
    assert numbers(app) == [1, 2]


def test_the_work_and_the_memory_of_it_are_one_transaction(app: App) -> None:
    attempts = []

    @app.pulse.consumer("orders", "#")
    def handle(message: Message) -> None:
        app.pulse.publish("orders.handled", {"number": -message.payload["number"]})
        attempts.append(message.id)
        if len(attempts) < 3:
            raise LookupError

    id_ = app.pulse.send("orders.created", {"number": 1})
    app.pulse.consume(idle=0.05)
    assert attempts == [id_] * 3
    assert -1 in numbers(app)
    assert numbers(app).count(-1) == 1


def test_a_duplicate_is_dropped_by_another_process_too(app: App, make: Make) -> None:
    work: list[str] = []
    for each in (app, make()):
        seen = each.pulse._inbox
        with each.app_context():
            seen.once("shop.mail", "1", lambda: work.append("1"))
            seen.once("shop.mail", "2", lambda: work.append("2"))
    assert work == ["1", "2"]


def test_what_is_old_is_forgotten(make: Make) -> None:
    app = migrate(make(PULSE_INBOX_AGE=0.001))
    seen = app.pulse._inbox
    work: list[str] = []
    with app.app_context():
        seen.once("shop.mail", "1", lambda: work.append("1"))
    time.sleep(0.01)
    seen.forget()
    with app.app_context():
        assert seen.once("shop.mail", "1", lambda: work.append("1"))


def test_a_failing_database_is_no_fault_of_the_message(app: App) -> None:
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        if len(attempts) < 6:
            raise OperationalError("SELECT 1", {}, Exception())

    app.pulse.send("orders", 1)
    app.pulse.consume(idle=0.05)
    assert len(attempts) == 6


def test_not_now_rolls_back(app: App) -> None:
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        app.pulse.publish("handled", {"number": len(attempts)})
        if len(attempts) < 3:
            raise Retry

    app.pulse.send("orders", {"number": 0})
    app.pulse.consume(idle=0.05)
    assert numbers(app) == [0, 3]


def letters(app: App) -> list[Any]:
    """What died in the queue shop.mail."""
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        found = iter(lambda: channel.basic_get("shop.mail.dead", no_ack=True), None)
        return [letter.headers["x-reason"] for letter in found]


def test_what_fails_after_its_own_commit_is_not_taken_for_handled(app: App) -> None:
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        app.pulse.publish("handled", {"number": len(attempts)})
        app.db.session.commit()
        app.pulse.publish("lost", {"number": 99})
        raise ValueError

    app.pulse.send("orders", {"number": 0})
    app.pulse.consume(idle=0.05)
    assert len(attempts) == 3
    assert letters(app) == ["ValueError"]
    assert numbers(app) == [0, 1, 2, 3]


@pytest.mark.parametrize("way", ["commit", "rollback", "remove", "savepoint", "twice"])
def test_what_ends_its_transaction_is_handled_once(app: App, way: str) -> None:
    got = []

    def handle(message: Message) -> None:
        got.append(message.id)
        if way == "savepoint":
            with app.db.session.begin_nested():
                app.pulse.publish("handled", {"number": 1})
            return
        app.pulse.publish("handled", {"number": 1})
        getattr(app.db.session, "commit" if way == "twice" else way)()
        if way == "twice":
            app.pulse.publish("handled", {"number": 2})
            app.db.session.commit()

    with app.app_context():
        message = Message("orders", 1, "7")
        assert app.pulse._inbox.once("shop.mail", "7", lambda: handle(message))
    with app.app_context():
        assert not app.pulse._inbox.once("shop.mail", "7", lambda: handle(message))
    assert got == ["7"]
    expected = {"commit": [1], "savepoint": [1], "twice": [1, 2]}
    assert numbers(app) == expected.get(way, [])


def test_work_that_hides_a_failed_statement_is_a_failure(app: App, database: str) -> None:
    if database.startswith("sqlite"):
        pytest.skip("a statement that fails in SQLite leaves the transaction as it was")
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.payload)
        app.pulse.publish("handled", {"number": 1})
        with contextlib.suppress(sqlalchemy.exc.DBAPIError):
            app.db.session.execute(sqlalchemy.text("SELECT 1 / 0"))
        if message.payload == "goes on":
            app.db.session.execute(sqlalchemy.text("SELECT 1"))
        if message.payload == "commits":
            app.db.session.commit()

    for payload in ("returns", "goes on", "commits"):
        app.pulse.send("orders", payload)
    app.pulse.consume(idle=0.05)
    assert len(attempts) == 9
    assert letters(app) == ["HandlerError", "InternalError", "InternalError"]


def test_a_message_waits_for_migrations(app: App, make: Make) -> None:
    directory = Path(app.root_path).parent / "migrations" / "versions"
    later = make()
    lines = [
        "from alembic import op",
        "import sqlalchemy as sa",
        "revision = 'later'",
        f"down_revision = {next(directory.glob('*.py')).name.split('_')[0]!r}",
        "def upgrade(): op.create_table('later', sa.Column('id', sa.Integer))",
        "def downgrade(): op.drop_table('later')",
    ]
    (directory / "later_later.py").write_text("\n".join(lines))
    attempts = []

    @later.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        assert len(attempts) < 20, "the migration does not help"
        if len(attempts) == 6:
            # SQLite has one writer at a time, and the inbox has written to this transaction.
            later.db.session.rollback()
            assert command(later, "db", "upgrade").exit_code == 0
        later.db.session.execute(sqlalchemy.text("INSERT INTO later VALUES (1)"))

    later.pulse.send("orders", 1)
    later.pulse.consume(idle=0.05)
    assert len(attempts) in (6, 7)
    assert letters(later) == []


def test_what_the_code_does_wrong_is_a_dead_letter(app: App) -> None:
    @app.pulse.consumer("mail", "#")
    def handle(_: Message) -> None:
        app.db.session.execute(sqlalchemy.text("SELECT 1 FROM nowhere"))

    app.pulse.send("orders", 1)
    app.pulse.consume(idle=0.05)
    assert len(letters(app)) == 1


def test_handling_that_does_not_end_is_counted(app: App) -> None:
    """See test_pulse_lossless.py, which kills processes."""
    inbox = app.pulse._inbox
    with app.app_context():
        assert [inbox.begin("shop.mail", "7") for _ in range(3)] == [0, 1, 2]
        assert inbox.begin("shop.mail", "8") == 0
        assert inbox.begin("shop.other", "7") == 0
        inbox.withdraw("shop.mail", "7", 2)
        assert inbox.begin("shop.mail", "7") == 2
        assert inbox.once("shop.mail", "7", lambda: None)


def test_a_consumer_says_that_its_table_is_not_there(make: Make) -> None:
    app = make()
    app.pulse.consumer("mail", "#")(print)
    with pytest.raises(ExtensionError, match="lacks the table pulse_seen"):
        app.pulse.consume(idle=0.05)
