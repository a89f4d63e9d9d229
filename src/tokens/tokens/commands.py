"""``flask tokens``: operators issue, list, revoke and prune tokens."""

from datetime import UTC, datetime, timedelta

import click
from backend_common.auth import opaque
from backend_common.auth.commands import name, permissions
from flask.cli import AppGroup

from tokens import issuer, register
from tokens.issuer import OPERATOR, SERVICE, LifeError, SizeError, Wanted

group = AppGroup("tokens", help="Tokens for services and people.")

DAYS = click.IntRange(1, 36500)


@group.command()
@name
@permissions
@click.option("--personal", is_flag=True, help="For the person NAME, not for the service NAME.")
@click.option("--days", type=DAYS, help="How long it lasts.")
def issue(name: str, permissions: list[str], personal: bool, days: int | None) -> None:
    """Print a permanent token for the service NAME, or a personal one for the person NAME."""
    typ = opaque.PERSONAL if personal else opaque.PERMANENT
    user = name if personal else SERVICE + name
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    try:
        text, token = issuer.current().issue(Wanted(typ, user, permissions, expires, {}), None)
    except LifeError as error:
        message = f"cannot issue this token: its end {error}"
        raise click.ClickException(message) from error
    except SizeError as error:
        message = f"cannot issue this token: {error}"
        raise click.ClickException(message) from error
    click.echo(f"This is token {token.id}; it is shown this once:", err=True)
    click.echo(text)


@group.command("list")
@click.option("--ended", is_flag=True, help="Those that are revoked or expired, too.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_(ended: bool, most: int) -> None:
    """List tokens, the latest first."""
    now = datetime.now(UTC)
    for token in register.page(user=None, typ=None, ended=ended, before=None, most=most):
        status = token.status(now)
        until = f"until {token.expires or 'revoked'}" if status == "valid" else status
        fields = [token.id, token.typ, token.user, " ".join(token.permissions), until]
        click.echo("\t".join(fields))


@group.command()
@click.argument("id_", metavar="ID")
def revoke(id_: str) -> None:
    """End the token ID, and those that were issued with it."""
    ended = register.revoke(id_, OPERATOR)
    if not ended:
        message = f"there is no token {id_} to revoke; flask tokens list shows all"
        raise click.ClickException(message)
    click.echo(f"revoked {ended} {'token' if ended == 1 else 'tokens'}")


@group.command()
@click.option("--days", default=90, show_default=True, type=DAYS)
def prune(days: int) -> None:
    """Delete tokens that ended before so many days, and older entries of the log."""
    tokens, events = register.prune(timedelta(days=days))
    click.echo(f"deleted {tokens} tokens and {events} entries of the log")
