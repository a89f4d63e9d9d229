"""The configuration of both services, as in production: behind one proxy, which speaks https."""

APP_CHANNEL = "production"

AUTH_ISSUERS = {"https://issuer.example.org/": "https://issuer.example.org/jwks.json"}

AUTH0_ISSUER = "https://provider.example.org/"
AUTH0_CLIENT_ID = "measured"
AUTH0_CLIENT_SECRET = "of no use elsewhere"
SECRET_KEY = "of no use elsewhere, and long enough"

CORS_ORIGINS = ["https://shop.example.org"]

PULSE_URL = "memory://"

SECURITY_TRUSTED_HOPS = 1
