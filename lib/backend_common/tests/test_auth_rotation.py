"""Keys that a command rotates while the service runs."""

import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError
from click.testing import Result
from issuer import get, make_shop, refused
from joserfc.jws import extract_compact

Service = Callable[..., Path]
Make = Callable[..., App]

NAME = "%Y%m%dT%H%M%SZ.pem"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def make(service: Service, directory: Path) -> Make:
    service()
    return lambda **config: make_shop(AUTH_KEY_DIRECTORY=str(directory), **config)


def rotate(app: App, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["auth", "rotate", *arguments])


def age(file: Path, time: timedelta) -> Path:
    """Let a key be so much older."""
    made = datetime.strptime(file.name, NAME).replace(tzinfo=UTC)
    return file.rename(file.with_name((made - time).strftime(NAME)))


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def kid(token: str) -> str:
    header: dict[str, Any] = extract_compact(token.encode()).headers()
    return str(header["kid"])


def test_old_tokens_live_on(make: Make, directory: Path) -> None:
    app, other = make(), make()
    token = app.auth.sign("me", ["shop/*"])
    (first,) = files(directory)
    age(first, timedelta(days=1))
    made = rotate(app)
    new = files(directory)[-1]
    found = re.fullmatch(rf"made {re.escape(str(new))}, which signs from (\S+) on\n", made.output)
    assert found, made.output
    begins = datetime.fromisoformat(found[1])
    assert timedelta(minutes=9) < begins - datetime.now(UTC) <= timedelta(minutes=10)
    for each in (app, other):
        assert len(each.auth.public_keys()["keys"]) == 2, "it is published at once"
        assert kid(each.auth.sign("me", [])) == kid(token), "and does not sign yet"
    age(new, timedelta(minutes=11))
    for each in (app, other):
        later = each.auth.sign("me", ["shop/*"])
        assert kid(later) != kid(token)
        assert get(each, "/orders", later).text == "me"
        assert get(each, "/orders", token).text == "me"


def test_a_key_begins_to_sign_by_itself(
    make: Make, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make()
    token = app.auth.sign("me", [])
    age(files(directory)[0], timedelta(days=1))
    rotate(app)
    assert kid(app.auth.sign("me", [])) == kid(token)
    now = datetime.now(UTC) + timedelta(minutes=11)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return now

    monkeypatch.setattr("backend_common.auth.rotation.datetime", Later)
    assert kid(app.auth.sign("me", [])) != kid(token)


def test_a_key_is_removed_when_no_token_needs_it(make: Make, directory: Path) -> None:
    app = make()
    token = app.auth.sign("me", ["shop/*"])
    first = age(files(directory)[0], timedelta(days=50))
    rotate(app)
    second = age(files(directory)[-1], timedelta(days=31))
    assert rotate(app, "--keep", "40").output.count("\n") == 1
    assert get(app, "/orders", token).status_code == 200
    third = age(files(directory)[-1], timedelta(seconds=5))
    done = rotate(app, "--keep", "30")
    assert done.output.endswith(f"removed {first}\n")
    assert files(directory)[:2] == [second, third]
    assert refused(app, token) == "its issuer has no such key"


@pytest.mark.parametrize("how", ["command", "function"])
def test_a_key_verifies_for_a_year_after_it_signed(make: Make, directory: Path, how: str) -> None:
    app = make()
    app.auth.sign("me", [])
    first = age(files(directory)[0], timedelta(days=1000))
    rotate(app)
    second = age(files(directory)[-1], timedelta(days=366))
    for ceased, removed in ((timedelta(), []), (timedelta(minutes=11), [first])):
        second = age(second, ceased)
        if how == "function":
            assert app.auth.rotate()[2] == removed
        else:
            assert rotate(app).output.count("\nremoved ") == len(removed)
        assert first.exists() is not bool(removed)
        age(files(directory)[-1], timedelta(seconds=5))


def test_nobody_else_reads_a_key(make: Make, directory: Path) -> None:
    rotate(make())
    (file,) = files(directory)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_production_makes_no_key_by_itself(make: Make, directory: Path) -> None:
    app = make(APP_CHANNEL="production", HEARTBEAT_CACHE=0)
    with pytest.raises(SettingError) as error:
        app.auth.sign("me", [])
    assert str(error.value) == (
        "there is no key to sign tokens with: make one with: flask --app <service>.flask auth "
        "rotate"
    )
    assert get(app, "/.well-known/jwks.json").get_json() == {"keys": []}
    report = get(app, "/__heartbeat__").get_json()
    reason = "the service has no key to sign tokens with"
    assert report["details"]["auth"]["messages"] == {"auth": reason}
    done = rotate(app)
    assert done.exit_code == 0, done.output
    assert get(app, "/orders", app.auth.sign("me", ["shop/*"])).text == "me"
    assert get(app, "/__heartbeat__").status_code == 200
    assert len(files(directory)) == 1


def test_a_file_that_is_no_key(make: Make, directory: Path) -> None:
    app = make(HEARTBEAT_CACHE=0)
    rotate(app)
    wrong = directory / "20300131T120000Z.pem"
    wrong.write_text("x")
    with pytest.raises(SettingError, match=r"AUTH_KEY_DIRECTORY of 'shop' is wrong: .* is not a"):
        app.auth.sign("me", [])
    report = get(app, "/__heartbeat__").get_json()
    reason = "the keys of the service cannot be read"
    assert report["details"]["auth"]["messages"] == {"auth": reason}
    wrong.rename(directory / "key.pem")
    with pytest.raises(SettingError) as error:
        app.auth.sign("me", [])
    assert str(error.value) == (
        f"the setting AUTH_KEY_DIRECTORY of 'shop' is wrong: {directory}/key.pem is not named for "
        "the time when it was made, such as 20300131T120000Z.pem; rename or remove it"
    )


def test_a_directory_that_is_a_file(make: Make, directory: Path) -> None:
    directory.write_text("")
    done = rotate(make())
    assert done.exit_code == 1
    assert done.output == (
        f"Error: the keys of 'shop' in {directory} cannot be read or written: File exists; correct "
        "AUTH_KEY_DIRECTORY, or the permissions of the directory\n"
    )


def test_a_service_without_a_directory(service: Service) -> None:
    service()
    done = rotate(make_shop())
    assert done.exit_code == 1
    assert done.output == (
        "Error: 'shop' has no directory of keys to rotate: set AUTH_KEY_DIRECTORY, in place of "
        "AUTH_KEY_FILES\n"
    )


def test_files_or_a_directory(make: Make) -> None:
    with pytest.raises(SettingError, match="AUTH_KEY_FILES and AUTH_KEY_DIRECTORY of 'shop'"):
        make(AUTH_KEY_FILES=["key.pem"])


@pytest.mark.parametrize(("command", "default"), [("rotate", "366;"), ("sign", "1;")])
def test_the_help_has_the_defaults(make: Make, command: str, default: str) -> None:
    output = make().test_cli_runner().invoke(args=["auth", command, "--help"]).output
    assert f"[default: {default}" in " ".join(output.split())
