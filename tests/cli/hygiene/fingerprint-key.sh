. "$TESTS/lib.sh"
mkdir tree
printf 'postgres://admin:%s@db.internal.corp:5432/prod\n' \
	"k7Rq2x""Vw9Lp4Zt" >tree/a
cat >rule.toml <<'TOML'
format = "stanch"
[[rules]]
id = "test-password"
description = "A password in a database URL"
provider = "generic"
regex = '''postgres://[a-z]{1,20}:([A-Za-z0-9]{8,40})@'''
secretGroup = 1
anchors = ["postgres://"]
keywords = ["postgres://"]
confidence = "high"
guessable = true
TOML
print_it() {
	"$STANCH" scan --no-default-rules --rules rule.toml -f jsonl tree >report
	field fingerprint report
}
key=$XDG_CONFIG_HOME/stanch/fingerprint.key
# made at the first such finding, kept, and used again
first=$(print_it)
[ -n "$first" ] || fail "no finding"
[ -f "$key" ] || fail "no key file"
[ "$(stat -c %a "$key")" = 600 ] || fail "mode of the key file"
[ "$(print_it)" = "$first" ] || fail "another fingerprint with the same key"
# the environment goes before the file
STANCH_FINGERPRINT_KEY="a key of the team" && export STANCH_FINGERPRINT_KEY
second=$(print_it)
[ "$second" != "$first" ] || fail "the environment's key is not used"
[ "$(print_it)" = "$second" ] || fail "not stable"
unset STANCH_FINGERPRINT_KEY
# no finding of that kind: no file
rm -r "$XDG_CONFIG_HOME" && echo "k = $(token ghp)" >tree/a
"$STANCH" scan tree >/dev/null
[ ! -e "$key" ] || fail "a key file nobody needed"
