import os

basedir = os.path.abspath(os.path.dirname(__file__))


class Config:
    TITLE = os.environ.get("TITLE") or "blog"
