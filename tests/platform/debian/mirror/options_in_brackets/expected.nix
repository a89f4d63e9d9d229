"https://mirror.example/debian"
