import json

import pytest
from please_cli.events import (
    Failed,
    Logged,
    Planned,
    Progress,
    Reader,
    Remark,
    Started,
    Stopped,
    store_name,
)

DRV = "/nix/store/f7w7zl2nf2x3lzdgm9k3zdx8vq9w90i2-dep-a-1.0.drv"


def line(**said: object) -> str:
    return "@nix " + json.dumps(said) + "\n"


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_a_build(reader: Reader) -> None:
    started = reader.read(
        line(action="start", id=7, level=3, text="building …", type=105, fields=[DRV, "", 1, 1])
    )
    assert started == Started(7, DRV, "building")
    assert started.name == "dep-a-1.0"
    logged = line(action="result", id=7, type=101, fields=["\x1b[31mred\x1b[0m"])
    assert reader.read(logged) == Logged(7, "red")
    assert reader.read(line(action="stop", id=7)) == Stopped(7)


def test_the_plan(reader: Reader) -> None:
    heading = line(action="msg", level=3, msg="these 2 derivations will be built:")
    assert reader.read(heading) is None
    assert reader.read(line(action="msg", level=3, msg=f"  {DRV}")) == Planned(DRV)


def test_a_copy_from_a_cache(reader: Reader) -> None:
    fields = ["/nix/store/f7w7zl2nf2x3lzdgm9k3zdx8vq9w90i2-x", "https://cache", ""]
    event = reader.read(line(action="start", id=1, level=3, text="", type=100, fields=fields))
    assert isinstance(event, Started)
    assert (event.verb, event.name) == ("fetching", "x")


def test_progress_is_that_of_the_builds(reader: Reader) -> None:
    progress = line(action="result", id=2, type=105, fields=[1, 4, 2, 0])
    assert reader.read(progress) is None
    assert reader.read(line(action="start", id=2, level=0, text="", type=104)) is None
    assert reader.read(progress) == Progress(done=1, expected=4)


def test_an_error_is_its_raw_message(reader: Reader) -> None:
    said = line(
        action="msg", level=0, msg="\x1b[31;1merror:\x1b[0m\n … trace\n x", raw_msg="x\x1b[0m"
    )
    assert reader.read(said) == Failed("x")


def test_an_error_of_a_nix_without_raw_messages(reader: Reader) -> None:
    said = line(action="msg", level=0, msg="\x1b[31;1merror:\x1b[0m x")
    assert reader.read(said) == Failed("x")


def test_what_is_shown_of_messages(reader: Reader) -> None:
    assert reader.read(line(action="msg", level=1, msg="warning: w")) == Remark("warning: w")
    assert reader.read(line(action="msg", level=3, msg="these 4 derivations")) is None


def test_what_nix_says_outside_of_the_format(reader: Reader) -> None:
    assert reader.read("trace: t\n") == Remark("trace: t")
    assert reader.read("\n") is None
    assert reader.read(line(action="unheard of")) is None


def test_what_is_not_a_store_path_is_its_own_name() -> None:
    assert store_name("elsewhere") == "elsewhere"
