"""The configuration of treestatus; docs/extensions.md has the settings of the extensions.

Production needs SECURITY_TRUSTED_HOPS, and AUTH_ISSUERS or AUTH_KEY_FILES.
"""

# In development everybody may change trees; production ignores this.
AUTH_DEVELOPMENT_PERMISSIONS = ["treestatus/*"]
