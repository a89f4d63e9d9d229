"""What extensions are built on: the application, its settings, its health.

Nothing here knows an extension. A service imports from :mod:`backend_common` instead.
"""
