"""The configuration of tokens.

TOKENS_KEY_FILE: path of the private key that signs, Ed25519 in PEM; needed in production.
TOKENS_LONGEST_LIFE: seconds, the longest that a token may live.
"""

import os

TOKENS_KEY_FILE = os.environ.get("TOKENS_KEY_FILE")
TOKENS_LONGEST_LIFE = 30 * 24 * 60 * 60
