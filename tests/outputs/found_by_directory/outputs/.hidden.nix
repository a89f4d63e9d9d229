throw "hidden"
