"""``flask auth``: tokens for those who operate the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import click
from flask.cli import AppGroup

from backend_common.auth.permissions import is_permission
from backend_common.auth.rotation import KEEP
from backend_common.auth.user import is_name
from backend_common.core.app import current_app
from backend_common.core.loader import ExtensionError
from backend_common.core.settings import SettingError

group = AppGroup("auth", help="Tokens for the callers of the service.")


def _name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not is_name(value):
        message = "is no name: use printable characters, 255 at most"
        raise click.BadParameter(message)
    return value


def _permissions(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> list[str]:
    for value in values:
        if not is_permission(value):
            message = f"{value!r} is none; write it like shop/orders/update or shop/*"
            raise click.BadParameter(message)
    return list(values)


name = click.argument("name", callback=_name)
permissions = click.argument("permissions", nargs=-1, callback=_permissions)


@contextmanager
def _told() -> Iterator[None]:
    """Tell errors that an operator can do something about in one line."""
    try:
        yield
    except (SettingError, ExtensionError) as error:
        raise click.ClickException(str(error)) from error


@group.command()
@name
@permissions
@click.option("--hours", default=1, show_default=True, type=click.IntRange(1, 24 * 366))
def sign(name: str, permissions: list[str], hours: int) -> None:
    """Print a signed token for NAME, which cannot be revoked and lasts for some hours."""
    with _told():
        click.echo(current_app.auth.sign(name, permissions, timedelta(hours=hours)))


@group.command()
@click.option(
    "--keep",
    default=KEEP.days,
    show_default=True,
    type=click.IntRange(1, 36500),
    help="Days that a key verifies after it has ceased to sign: longer than any token lives.",
)
def rotate(keep: int) -> None:
    """Make a key that signs soon; what the older ones signed is still good."""
    with _told():
        file, begins, removed = current_app.auth.rotate(timedelta(days=keep))
    click.echo(f"made {file}, which signs from {begins.isoformat()} on")
    for each in removed:
        click.echo(f"removed {each}")


@group.command()
@name
@permissions
@click.option(
    "--days", type=click.IntRange(1, 36500), help="How long it lasts; for ever, if not given."
)
def issue(name: str, permissions: list[str], days: int | None) -> None:
    """Print an API token for NAME, which is in the database and can be revoked."""
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _told():
        token, known = current_app.auth.tokens.issue(name, permissions, expires)
    click.echo(f"This is token {known.id}; it is not told again:", err=True)
    click.echo(token)


@group.command("list")
def list_() -> None:
    """List the API tokens."""
    with _told():
        tokens = current_app.auth.tokens.all()
    for token in tokens:
        state = "revoked" if token.revoked else f"until {token.expires or 'revoked'}"
        click.echo(f"{token.id}\t{token.name}\t{' '.join(token.permissions)}\t{state}")


@group.command()
@click.argument("id_", metavar="ID", type=int)
def revoke(id_: int) -> None:
    """End the API token ID, at once."""
    with _told():
        there_was = current_app.auth.tokens.revoke(id_)
    if not there_was:
        message = f"there is no token {id_} to revoke; flask auth list shows all"
        raise click.ClickException(message)
    click.echo(f"revoked token {id_}")
