package other

limit := 1
