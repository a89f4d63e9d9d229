[ "app" "app[:test]" ]
