"http://trixie.example/debian"
