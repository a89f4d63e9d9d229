"""The service that slow clients use."""
