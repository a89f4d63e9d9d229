[ "app" "slow" "slow[more]" "helper" ]
