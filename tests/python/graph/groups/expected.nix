[ "app[:test]" "tester" ]
