"""Names that files with a password or a key in them usually have."""

import re

_DATA = r"(json|toml|ya?ml|ini|txt|cfg|conf|properties)"

_SECRET = re.compile(
    rf"""
    (.*\.)?env | \.env\..* |                              # settings of a deployment
    .*\.(pem|key|p8|p12|pfx|jks|keystore|kdbx?|ppk|jwk) | # keys
    (id|.*[._-])_?(rsa|dsa|ecdsa|ed25519)(_sk)? |
    [._](netrc|pgpass|pypirc|npmrc|htpasswd|s3cfg|boto) | # passwords of programs
    \.(git-credentials|my\.cnf|dockercfg|dockerconfigjson|vault[-_]pass(word)?) |
    .*\.(tfvars|tfstate) | kubeconfig |
    (.*[._-])?(credentials?|secrets?|passwords?|token|service[-_]?account|(secret|api)[-_]?key)
        ([._-].*)?\.{_DATA} |
    \.?(credentials?|secrets?|passwords?|secret[-_]?key) |
    .*firebase-adminsdk.*\.json
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

# Files whose directory says what they are.
_PLACES = re.compile(r"(.*/)?(\.kube/config|\.docker/config\.json)", re.DOTALL)

_EXAMPLE = re.compile(
    rf".*[._-](example|sample|template|default|dist)(\.{_DATA})?", re.IGNORECASE | re.DOTALL
)

# What editors and people add to the name of a file that they keep.
_COPY = re.compile(r"(\.(bak|backup|old|orig|save|copy)|~)+$", re.IGNORECASE)


def looks_like_a_secret(path: str) -> bool:
    """Tell whether a file has the name of one with a password or a key in it."""
    name = _COPY.sub("", path.rpartition("/")[2])
    if _EXAMPLE.fullmatch(name):
        return False
    return _SECRET.fullmatch(name) is not None or _PLACES.fullmatch(path) is not None
