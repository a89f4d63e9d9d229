[ "chicken[fried]" "chicken" "egg[boiled]" "egg" ]
