"""The same service with Flask alone: no checks, no headers, no log."""
