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
    _, found = complete([LIBRARY, service])
    assert found["dependencies"] == [{"name": "paint", "extra": ["oil"]}, water]
    assert found["optional-dependencies"] == {"wet": [water]}
    assert found["dev-dependencies"] == {"test": [water]}
    assert service["dependencies"] == [{"name": "paint", "extra": ["oil"]}]


def test_everything_else_stays() -> None:
    (found,) = complete([LIBRARY])
    assert found["optional-dependencies"] == LIBRARY["optional-dependencies"]
    assert (found["dependencies"], found["dev-dependencies"]) == ([], {})


def test_an_extra_of_extras_has_their_modules() -> None:
    library = {
        "name": "paint",
        "metadata": {
            "provides-extras": ["all", "oil"],
            "requires-dist": [{"name": "paint", "extras": ["oil"], "marker": "extra == 'all'"}],
        },
        # uv has put linseed in place of paint[oil].
        "optional-dependencies": {"all": [{"name": "linseed"}], "oil": [{"name": "linseed"}]},
    }
    (found,) = complete([library])
    oil = {"name": "paint", "extra": ["oil"], "marker": ""}
    assert found["optional-dependencies"]["all"] == [{"name": "linseed"}, oil]


def test_versions_of_one_package_stay_apart() -> None:
    packages = [{"name": "brush", "version": version} for version in ("1", "2")]
    assert [package["version"] for package in complete(packages)] == ["1", "2"]
