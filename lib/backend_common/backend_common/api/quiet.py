"""The import of connexion, without the warnings that are for its authors alone.

connexion 3.3 imports starlette's test client, which asks for another HTTP library, and
jsonschema's old resolver of references. The users of a service could do nothing about either.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    warnings.filterwarnings("ignore", message=r"jsonschema\.\S+ is deprecated")
    import connexion  # type: ignore[import-untyped]  # noqa: F401
