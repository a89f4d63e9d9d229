[ "2-shops" "Shop_2" "redis" ]
