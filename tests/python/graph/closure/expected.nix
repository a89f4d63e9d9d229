[ "app" "web" "template" "escape" ]
