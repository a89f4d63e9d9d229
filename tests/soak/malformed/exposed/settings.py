"""The configuration, as in production behind one proxy, with long time limits."""

APP_CHANNEL = "production"
HEARTBEAT_TIMEOUT = 60.0

API_PUBLIC_OPERATIONS = [
    "exposed.api.add_order",
    "exposed.api.change",
    "exposed.api.upload",
]
API_UI = True
API_VALIDATE_RESPONSES = True

CORS_CREDENTIALS = True
CORS_ORIGINS = ["https://shop.example.org"]

DATABASE_CONNECT_TIMEOUT = 60

LOG_LEVEL = "CRITICAL"

SECRET_KEY = "of no use elsewhere, and long enough"
SECURITY_TRUSTED_HOPS = 1
