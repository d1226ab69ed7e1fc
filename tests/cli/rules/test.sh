. "$TESTS/lib.sh"
cat >good.toml <<'TOML'
format = "stanch"
[[rules]]
id = "acme-key"
description = "ACME"
provider = "acme"
regex = '''acme_[a-z0-9]{24}'''
anchors = ["acme_"]
keywords = ["acme_"]
notAfter = "a-z0-9"
confidence = "high"
examples = ['''k = «acme_{rand:base36:24}»''', '''"«acme_{rand:base36:24}»"''']
counterexamples = ['''acme_{rand:base36:23}''', '''acme_{rand:base36:25}''']
TOML
expect 0 "$STANCH" rules test --no-default-rules --rules good.toml >out
[ "$(tail -1 out)" = "1 rule, 4 examples, 0 failed" ] || fail "$(cat out)"
sed 's/{rand:base36:24}»"/{rand:base36:23}»"/
	s/base36:25/base36:24/' good.toml >bad.toml
expect 1 "$STANCH" rules test --no-default-rules --rules bad.toml >out
[ "$(tail -1 out)" = "1 rule, 4 examples, 2 failed" ] || fail "$(cat out)"
holds out "FAIL acme-key example 2"
holds out "FAIL acme-key counterexample 4"
