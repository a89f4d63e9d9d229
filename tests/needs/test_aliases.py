"""Variables of a manifest stand for those of servers."""

import pytest
from needed import needing
from needs import aliases
from needs.errors import NeedsError

FOUND = {"CACHE_URL": "redis://:x@127.0.0.1:1/0", "DATABASE_URL": "postgresql://y"}


def test_what_manifests_say() -> None:
    assert aliases.read({}) == {}
    assert aliases.read({"NEEDS_VARIABLES": ""}) == {}
    assert aliases.read({"NEEDS_VARIABLES": '{"A": "$B"}'}) == {"A": "$B"}


def test_values() -> None:
    named = {"A": "$CACHE_URL", "B": "${DATABASE_URL}_tests, $CACHE_URL", "C": "5 $", "D": "$$x"}
    aliases.check(named, FOUND)
    assert aliases.resolve(named, FOUND) == {
        "A": "redis://:x@127.0.0.1:1/0",
        "B": "postgresql://y_tests, redis://:x@127.0.0.1:1/0",
        "C": "5 $",
        "D": "$x",
    }


def test_a_server_that_does_not_run() -> None:
    assert aliases.resolve({"A": "$PULSE_URL", "B": "$CACHE_URL"}, FOUND) == {
        "B": "redis://:x@127.0.0.1:1/0"
    }


def test_a_variable_that_no_server_has() -> None:
    with pytest.raises(NeedsError) as raised:
        aliases.check({"SHOP_URL": "$PULSE_URL"}, FOUND)
    assert str(raised.value) == (
        "[tool.services.variables]: SHOP_URL names $PULSE_URL, but the servers that this project "
        "asks for have only CACHE_URL, DATABASE_URL: correct it in pyproject.toml."
    )


@pytest.mark.builds
def test_the_command() -> None:
    with needing("redis") as needs:
        needs.environment["NEEDS_VARIABLES"] = '{"SHOP_CACHE": "$CACHE_URL/x"}'
        needs("start")
        found = needs.variables()
        assert found["SHOP_CACHE"] == f"{found['CACHE_URL']}/x"
        assert f"export SHOP_CACHE={found['SHOP_CACHE']}\n" in needs("variables")
        run = needs("run", "--", "sh", "-c", "echo $SHOP_CACHE")
        assert run == f"{found['SHOP_CACHE']}\n"
        needs.environment["NEEDS_VARIABLES"] = '{"SHOP_CACHE": "$CASH_URL"}'
        said = needs.call("run", "--", "true").stderr
        assert said.startswith("error: [tool.services.variables]: SHOP_CACHE names $CASH_URL, ")
