"""Do the tests of an extension notice faults? Random small changes to its code find out."""
