"http://override.example/debian"
