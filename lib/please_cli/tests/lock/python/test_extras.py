from please_cli.lock.python.extras import complete

LIBRARY = {
    "name": "paint",
    "metadata": {"provides-extras": ["oil", "water"]},
    "optional-dependencies": {"oil": [{"name": "linseed"}]},
}


def test_an_extra_without_packages_is_put_back() -> None:
    service = {
        "name": "door",
        "dependencies": [{"name": "paint", "extra": ["oil"]}],
        "metadata": {
            "requires-dist": [
                {"name": "paint", "extras": ["oil", "water"]},
                {"name": "paint", "extras": ["water"], "marker": "extra == 'wet'"},
                {"name": "redis", "extras": ["hiredis"]},
            ],
            "requires-dev": {"test": [{"name": "paint", "extras": ["water"]}]},
        },
    }
    water = {"name": "paint", "extra": ["water"], "marker": ""}
    found = complete({"paint": LIBRARY, "door": service})["door"]
    assert found["dependencies"] == [{"name": "paint", "extra": ["oil"]}, water]
    assert found["optional-dependencies"] == {"wet": [water]}
    assert found["dev-dependencies"] == {"test": [water]}
    assert service["dependencies"] == [{"name": "paint", "extra": ["oil"]}]


def test_everything_else_stays() -> None:
    found = complete({"paint": LIBRARY})["paint"]
    assert found["optional-dependencies"] == LIBRARY["optional-dependencies"]
    assert (found["dependencies"], found["dev-dependencies"]) == ([], {})
