"""``flask tokens``."""

from backend_common import App
from click.testing import Result


def command(app: App, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["tokens", *arguments])


def test_the_commands(app: App) -> None:
    done = command(app, "issue", "alice", "shop/*", "tokens/read", "--personal", "--days", "7")
    id_ = done.stderr.removeprefix("This is token ").partition(";")[0]
    assert done.stdout.startswith("sat_usr_")
    (line,) = command(app, "list").output.splitlines()
    assert line.startswith(f"{id_}\tusr\talice\tshop/* tokens/read\tuntil 20")
    assert command(app, "revoke", id_).output == "revoked 1 token\n"
    assert command(app, "list").output == ""
    assert command(app, "list", "--ended").output == (
        f"{id_}\tusr\talice\tshop/* tokens/read\trevoked\n"
    )
    done = command(app, "revoke", id_)
    assert done.exit_code == 1
    assert done.output == f"Error: there is no token {id_} to revoke; flask tokens list shows all\n"


def test_a_permanent_token(app: App) -> None:
    done = command(app, "issue", "builder", "shop/*")
    assert done.stdout.startswith("sat_prm_")
    (line,) = command(app, "list").output.splitlines()
    assert line.endswith("\tprm\tservice:builder\tshop/*\tuntil revoked")


def test_a_token_that_would_be_wrong(app: App) -> None:
    done = command(app, "issue", "alice", "shop/*", "--personal", "--days", "400")
    assert done.exit_code == 1
    assert done.output == (
        "Error: cannot issue this token: its end must be later than now, and at most 366 days, "
        "0:00:00 from now\n"
    )
    assert command(app, "issue", "alice", "*").exit_code == 2
