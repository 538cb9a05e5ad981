package p

a := time.now_ns()

b := rand.intn("a", 5)

c := http.send({"method": "get", "url": "https://contoso.com"})

d := io.jwt.decode("")

e := crypto.sha256("a")

f := opa.runtime()

g := net.lookup_ip_addr("contoso.com")

h := uuid.rfc4122("")

# What reads a given time is none of them.
i := time.parse_rfc3339_ns(input.as_of)

j if upper("a") with upper as time.now_ns
