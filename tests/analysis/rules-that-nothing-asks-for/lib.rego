package lib

is_old(key) if key.age_days.min > data.other.limit

unused := 1

unused_set contains 1
