"""The extras of the library, one for each extension that needs packages of its own."""

from setuptools import setup  # type: ignore[import-untyped]

# An extension's module may import what its own extra lists, and nothing of another extra.
EXTRAS = {
    "api": [
        "connexion>=3.3,<3.4",  # backend_common.api uses names that connexion does not promise
        "jsonschema>=4.17.3",
        "jsonschema-rs>=0.58,<0.61",
        "pyyaml>=6.0",
        "referencing>=0.35",
        "starlette>=0.35",
    ],
    "auth": [
        "joserfc>=1.8",  # verifies signatures, and signs
    ],
    "auth0": [
        "authlib>=1.9",
        "joserfc>=1.8",  # its errors
        "requests>=2.32",  # Authlib's HTTP client
    ],
    "cache": [
        "cachelib>=0.13",  # how values are written
        "flask-caching>=2.5,<2.6",  # backend_common.cache replaces how it writes arguments
        "redis>=6.0",
    ],
    "cors": [
        "flask-cors>=6.0",
    ],
    "db": [
        "alembic>=1.16",
        "flask-migrate>=4.1",
        "flask-sqlalchemy>=3.1.1",
        "psycopg[binary]>=3.3.9",
        "sqlalchemy>=2.0.40",
    ],
    "log": [
        "orjson>=3.10",  # writes a line at a tenth of the cost of the standard library
        "structlog>=25.1",
    ],
    "pulse": [
        "amqp>=5.3",  # its errors, and which channels confirm
        "kombu>=5.6",
    ],
    "security": [
        "flask-talisman>=1.1",
    ],
    "templates": [],  # Jinja comes with Flask
}

# What an extra lists and its extension never imports, and why it is there.
INDIRECT = {}  # type: ignore[var-annotated]

setup(extras_require=EXTRAS)
