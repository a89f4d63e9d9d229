"""URLs of stores, as far as `please copy` checks them before it calls Nix."""

from please_cli.errors import UserError

_NAMES = {"auto", "daemon", "local"}
"""The stores of Nix that have a name and no scheme (`nix help-stores`)."""

_SCHEMES_OF_DIRECTORIES = {"file", "local"}


def check(url: str) -> None:
    """Check that a text is the URL of a store, or the absolute path of one.

    Of a relative path, Nix makes a directory where it runs, and copies into that.

    Raises:
        UserError: it is neither.
    """
    location = url.partition("?")[0]
    scheme, separator, rest = location.partition("://")
    if not separator:
        is_complete = location.startswith("/") or location in _NAMES
    else:
        is_complete = scheme not in _SCHEMES_OF_DIRECTORIES or rest.startswith("/")
    if not is_complete:
        raise UserError(
            f"--to {url}: this is neither a URL nor an absolute path; write /DIRECTORY for a "
            "store in a directory, file:///DIRECTORY for a binary cache, ssh-ng://root@HOST for "
            "the store of a machine"
        )
