from app import application


def test_index():
    assert application.test_client().get("/").data == b"journal"
