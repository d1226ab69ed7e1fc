# A host that text names, or a rule of someone else, gets nothing: no spelling
# of an address leads to the canary, which listens on all of loopback.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
python3 - <<'PYTHON' &
import os
import select
import socket
import time

sockets = []
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    try:
        s = socket.socket(family)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, sockets[0].getsockname()[1] if sockets else 0))
        s.listen()
        sockets.append(s)
    except OSError:
        pass
with open("canary.new", "w") as f:
    f.write(str(sockets[0].getsockname()[1]))
os.rename("canary.new", "canary")
while os.getppid() != 1 and not os.path.exists("done"):
    for s in select.select(sockets, [], [], 0.2)[0]:
        s.accept()[0].close()
        with open("hits", "a") as f:
            f.write("hit\n")
PYTHON
until [ -e canary ]; do sleep 0.05; done
port=$(cat canary)
secret=acme_$(token ghp 1 | cut -c5-36)

# rule HOSTS URL: a rule that would send its token there.
rule() {
	cat <<END
format = "stanch"
[[rules]]
id = "acme"
description = "Acme"
provider = "acme"
severity = "high"
mend = "Revoke it."
regex = '''acme_[A-Za-z0-9]{32}'''
anchors = ["acme_"]
confidence = "high"
[[rules.companions]]
rule = "acme-host"
within = 0
[rules.verify]
hosts = $1
url = '$2'
headers = { Authorization = "Bearer {{secret}}" }
answers = [{ status = 200, json = { user = "*" }, verdict = "live" }]
[[rules]]
id = "acme-host"
description = "Acme's host"
provider = "acme"
severity = "low"
regex = '''acme-host=(\S{1,200})'''
anchors = ["acme-host="]
helper = true
keepPlaceholders = true
END
}

n=0
# ask HOSTS URL HOST: scan the token with that host beside it.
ask() {
	n=$((n + 1))
	rule "$1" "$2" >rule.toml
	mkdir -p tree
	printf 'acme-host=%s\ntoken=%s\n' "$3" "$secret" >tree/f
	"$STANCH" scan tree --rules rule.toml --rule acme --rule acme-host \
		--verify --verify-fresh -f jsonl -o r.jsonl 2>err
	[ "$(field verdict r.jsonl)" = "${WANT:-unknown}" ] || {
		echo "$2 $3: $(field verdict r.jsonl) $(field verdict_note \
			r.jsonl) $(cat err)"
	}
}

# The rule's own host, which the configuration lists: the way it is meant.
provider_token acme live "$secret"
WANT=live ask '["api.acme.example"]' 'https://api.acme.example/me' x
# The same rule, where the configuration does not list the host.
ask '["dev.azure.com"]' 'https://dev.azure.com/me' x
ask '["@configured"]' 'https://{{acme-host | raw}}/me' evil.example

# Each spelling in a file of its own, with a token of its own.
any='["*.example", "*.*.example", "@configured"]'
rm -rf tree
mkdir tree
while read -r host; do
	n=$((n + 1))
	printf 'acme-host=%s\ntoken=acme_%s\n' "$host" \
		"$(printf '%s %s' "$n" "$secret" | sha256sum | cut -c1-32)" \
		>tree/$n
done <<END
127.0.0.1:$port
127.1:$port
127.0.1:$port
0:$port
0.0.0.0:$port
2130706433:$port
0x7f000001:$port
0x7f.0.0.1:$port
0177.0.0.1:$port
017700000001:$port
127.0.0.1.:$port
[::1]:$port
[::]:$port
[::ffff:127.0.0.1]:$port
[::ffff:7f00:1]:$port
localhost:$port
LOCALHOST:$port
localhost.:$port
api.acme.example@127.0.0.1:$port
api.acme.example:443@127.0.0.1:$port
127.0.0.1:$port#@api.acme.example
127.0.0.1:$port?@api.acme.example
127.0.0.1:$port/@api.acme.example
127.0.0.1:$port\\@api.acme.example
127.0.0.1:$port%23@api.acme.example
api.acme.example%2f@127.0.0.1:$port
api.acme.example%00.127.0.0.1:$port
api.acme.example%0d%0aHost:127.0.0.1:$port
①②⑦.⓪.⓪.①:$port
127。0。0。1:$port
END
count=$(ls tree | wc -l)
for url in 'https://{{acme-host | raw}}/me' 'https://{{acme-host}}/me'; do
	rule "$any" "$url" >rule.toml
	"$STANCH" scan tree --rules rule.toml --rule acme --rule acme-host \
		--verify --verify-fresh -f jsonl -o r.jsonl
	[ "$(findings r.jsonl)" -eq "$count" ] || fail "$(findings r.jsonl)"
	field verdict_note r.jsonl | sort | uniq -c | tr -s " "
	[ "$(field verdict r.jsonl | sort -u)" = unknown ] ||
		fail "$(cat r.jsonl)"
done
[ $((2 * count)) -ge 60 ] || fail "only $count spellings, two ways"
: >done
wait $! 2>/dev/null
[ ! -e hits ] || fail "$(wc -l <hits) connections to the canary"
[ "$(grep -c evil.example provider/requests.jsonl)" -eq 0 ] || fail evil
