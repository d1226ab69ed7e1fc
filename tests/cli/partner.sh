# Sourced by cases: a provider that revokes and has GitHub's keys, tokens, a
# policy with a spool, and a `stanch partner` in the background.
# shellcheck shell=sh
. "$TESTS/response.sh"

github() {
	python3 "$TESTS/github.py" "$@"
}

# partner_setup [POLICY-LINE...]: all but the endpoint itself.
partner_setup() {
	loop_setup
	STANCH_PARTNER_KEY=$(openssl rand -hex 32)
	export STANCH_PARTNER_KEY
	policy_write "$@"
	printf '[partner]\nspool = "%s/spool"\nkey = { env = "%s" }\n' \
		"$PWD" STANCH_PARTNER_KEY >>policy.toml
	github key one
	url=https://github.com/o/r/blob/0123456789abcdef/a.yml
	github alert "$pat" azure_devops_personal_access_token "$url" content \
		>body
}

# partner_start [OPTION...]: waits until it listens; $port, $partner_pid.
partner_start() {
	: >said
	"$STANCH" partner --policy policy.toml --listen 127.0.0.1:0 \
		--keys-every 1 "$@" >>said 2>>err.said 9>&- &
	partner_pid=$!
	# A case that fails leaves nothing behind.
	trap 'kill -9 "$partner_pid" 2>/dev/null' EXIT
	partner_tries=0
	until grep -q '^listening at port' said; do
		kill -0 "$partner_pid" 2>/dev/null || {
			cat said err.said
			fail "the endpoint did not start"
		}
		partner_tries=$((partner_tries + 1))
		[ "$partner_tries" -lt 600 ] || fail "no endpoint"
		sleep 0.05
	done
	port=$(sed -n 's/^listening at port //p' said)
}

# partner_stop CODE: by SIGTERM; for 0 once nothing waits any more.
partner_stop() {
	[ "$1" != 0 ] || until_true spool_is_empty
	kill "$partner_pid"
	wait "$partner_pid"
	partner_code=$?
	[ "$partner_code" = "$1" ] ||
		fail "exit $partner_code, not $1: $(tail -n 5 said; cat err.said)"
}

# send WHAT...: the body in ./body, with key `one`; its answer in ./answer;
# $code is the status.
send() {
	github send "$port" one body "$@" >answer
	code=$(sed -n 1p answer)
}

# sends CODE WHAT...
sends() {
	sends_want=$1
	shift
	send "$@"
	[ "$code" = "$sends_want" ] ||
		fail "answered $code, not $sends_want: $* $(cat answer said)"
}

# until_true COMMAND...: at most half a minute.
until_true() {
	until_tries=0
	until "$@"; do
		until_tries=$((until_tries + 1))
		[ "$until_tries" -lt 300 ] ||
			fail "not in time: $* $(cat said err.said)"
		sleep 0.1
	done
}

spool_is_empty() {
	[ "$(ls spool | grep -c '^[0-9a-f]')" = 0 ]
}

# said_it TEXT
said_it() {
	grep -qF -- "$1" said
}
