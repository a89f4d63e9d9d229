"""No settings."""
