package params

max_age_days := 30
