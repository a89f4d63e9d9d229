"""The configuration of tokens; docs/extensions.md has the settings of the extensions.

AUTH_KEY_DIRECTORY: a directory of keys that `flask auth rotate` makes. Production needs this, or
AUTH_KEY_FILES: paths of Ed25519 private keys in PEM; the first signs.
The service's own settings are in tokens/config.py, and in README.md.
"""

# Development does without credentials; production ignores this.
AUTH_DEVELOPMENT_PERMISSIONS = ["tokens/*"]

API_PUBLIC_OPERATIONS = ["tokens.api.query_token"]  # a caller that has a token may read it
