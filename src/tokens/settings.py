"""The configuration of tokens; docs/extensions.md has the settings of the extensions.

AUTH_KEY_FILES: paths of Ed25519 private keys in PEM; the first signs. Production needs one.
TOKENS_LONGEST_LIFE: seconds, the longest that a token may live.
"""

TOKENS_LONGEST_LIFE = 30 * 24 * 60 * 60

# Development does without credentials; production ignores this.
AUTH_DEVELOPMENT_PERMISSIONS = ["tokens/*"]

API_PUBLIC_OPERATIONS = ["tokens.api.query_token"]  # whoever has a token may read it
