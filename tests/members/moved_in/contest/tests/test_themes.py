import os

from tests.helpers import create_contest


def test_a_new_theme():
    app = create_contest()
    theme = os.path.join(app.root_path, "themes", "added")
    os.mkdir(theme)
    assert app.test_client().get("/").get_json()["themes"] == ["added", "core"]
    os.rmdir(theme)
