"http://mirror.example/debian"
