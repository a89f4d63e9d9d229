{ flask.version = "3.1.0"; }
