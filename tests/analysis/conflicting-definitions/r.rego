package q.inner

a := 1
