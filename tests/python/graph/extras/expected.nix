[ "app" "library" "library[db]" "base" "driver" ]
