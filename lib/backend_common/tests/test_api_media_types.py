import pytest
from backend_common.api.media_types import ByMediaType, MediaType, best

JSON = "application/json"


@pytest.mark.parametrize("text", ["", "json", "/json", "application/", "*/json", "; q=1"])
def test_what_is_not_a_media_type(text: str) -> None:
    with pytest.raises(ValueError, match="is not a media type; write one like application/json"):
        MediaType.parse(text)


def test_case_and_blanks_do_not_count() -> None:
    one = MediaType.parse('Application/JSON ; Charset="UTF-8"')
    assert one == MediaType.parse("application/json;charset=utf-8")
    assert (one.essence, one.charset, str(one)) == (JSON, "utf-8", f"{JSON}; charset=utf-8")
    assert MediaType.parse(JSON).charset is None


def test_the_boundary_of_a_form_is_no_part_of_its_type() -> None:
    assert str(MediaType.parse("multipart/form-data; boundary=AbC")) == "multipart/form-data"


@pytest.mark.parametrize(
    ("text", "is_json", "is_text", "is_form", "is_range"),
    [
        (JSON, True, False, False, False),
        ("text/json", True, False, False, False),
        ("application/problem+json; charset=utf-8", True, False, False, False),
        ("model/gltf+json", True, False, False, False),
        ("application/*+json", True, False, False, True),
        ("application/jsonl", False, False, False, False),
        ("text/csv", False, True, False, False),
        ("text/*", False, True, False, True),
        ("application/*", False, False, False, True),
        ("*/*", False, False, False, True),
        ("multipart/form-data; boundary=x", False, False, True, False),
        ("Application/x-www-form-urlencoded", False, False, True, False),
    ],
)
def test_kinds(text: str, is_json: bool, is_text: bool, is_form: bool, is_range: bool) -> None:
    it = MediaType.parse(text)
    found = (it.is_json, it.is_text, it.is_form, it.is_range)
    assert found == (is_json, is_text, is_form, is_range)


@pytest.mark.parametrize(
    ("pattern", "text", "covers"),
    [
        (JSON, "application/json; charset=utf-8", True),
        ("application/json; charset=utf-8", JSON, True),
        ("application/json; charset=utf-8", "application/json; charset=latin-1", True),
        ("application/json; version=1", JSON, True),
        ("application/json; version=1", "application/json; version=2", False),
        ("application/*", JSON, True),
        ("application/*", "text/plain", False),
        ("*/*", "image/png", True),
        ("application/*+json", "application/vnd.shop+json", True),
        ("application/*+json", JSON, False),
        (JSON, "application/vnd.shop+json", False),
        ("text/plain", "text/html", False),
    ],
)
def test_what_a_range_covers(pattern: str, text: str, covers: bool) -> None:
    assert MediaType.parse(pattern).covers(MediaType.parse(text)) is covers


def test_the_most_specific_key_is_found() -> None:
    keys = ["*/*", "application/*", "application/*+json", "application/a+json", JSON]
    keys += [f"{JSON}; version=1", f"{JSON}; version=2"]
    table = ByMediaType({key: key for key in keys})

    def find(text: str) -> str | None:
        return table.find(MediaType.parse(text))

    assert find("image/png") == "*/*"
    assert find("application/pdf") == "application/*"
    assert find("application/b+json") == "application/*+json"
    assert find("application/a+json; charset=utf-8") == "application/a+json"
    assert find(f"{JSON}; version=2") == f"{JSON}; version=2"
    assert find(f"{JSON}; version=3") == JSON
    assert ByMediaType({JSON: 1}).find(MediaType.parse("text/plain")) is None


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("", [JSON, "text/csv"], JSON),
        ("*/*", [JSON, "text/csv"], JSON),
        ("text/csv", [JSON, "text/csv"], "text/csv"),
        ("application/json;q=0.5, text/csv", [JSON, "text/csv"], "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.5", [JSON, "text/csv"], JSON),
        ("text/*;q=0.3, text/csv;q=0, */*;q=0.1", ["text/csv", JSON], JSON),
        ("*/*, application/json;q=0.1", [JSON, "text/csv"], "text/csv"),
        ("*/*;q=0", [JSON], None),
        ("image/png", [JSON], None),
        (JSON, ["application/json; charset=utf-8"], "application/json; charset=utf-8"),
        ("application/json; charset=utf-8", [JSON], JSON),
        ("application/json; version=2", [JSON], None),
        ("application/json; version=2, */*;q=0.1", [JSON], JSON),
        (
            "application/json; version=2",
            ["application/json; version=1", "application/json; version=2"],
            "application/json; version=2",
        ),
        (JSON, ["application/*"], "application/*"),
        ("text/html, image/gif, *; q=.2, */*; q=.2", [JSON], JSON),
        ("application/json;q=2, text/csv;q=0.1", [JSON, "text/csv"], "text/csv"),
        ("application/json;q=nan, text/csv;q=0.1", [JSON, "text/csv"], "text/csv"),
        ("nonsense", [JSON], JSON),
        (",,;", [JSON], JSON),
        (JSON, [], None),
    ],
)
def test_the_best_representation(accept: str, offered: list[str], chosen: str | None) -> None:
    found = best(accept, [MediaType.parse(each) for each in offered])
    assert (str(found) if found else None) == chosen
