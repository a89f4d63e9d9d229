"""Sends requests of any shape to every endpoint of a service, in this process.

    python -m bench.subjects.malformed SERVICE properties REQUESTS
    python -m bench.subjects.malformed SERVICE documents REQUESTS PACKAGES

For an environment of its own, with the service and Hypothesis; of bench it imports only what is
beside it. What is sent is made of the service's own documents: by strategies that are written here,
or by Schemathesis, which is in the directory PACKAGES; with credentials of every kind. It prints,
as JSON, how many answers had which status, which endpoints never met some kind of credentials, and
the requests that failed: those answered with 5xx, or with a traceback.
"""
