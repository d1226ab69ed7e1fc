# Sourced by cases that need a provider: `. "$TESTS/../provider/lib.sh"`.
# provider_start: serve in ./provider until the case ends. Sets STANCH_NETWORK
# and a cache directory of the case's own. See server.py.
provider_start() {
	mkdir -p provider cache
	XDG_CACHE_HOME=$PWD/cache
	XDG_STATE_HOME=$PWD/state
	export XDG_CACHE_HOME XDG_STATE_HOME
	mkfifo provider/leash
	python3 "$TESTS/../provider/server.py" provider <provider/leash \
		>provider/log 2>&1 &
	provider_pid=$!
	# Held open by this shell: the server ends when the case does.
	exec 9>provider/leash
	provider_tries=0
	until [ -e provider/ready ]; do
		kill -0 "$provider_pid" 2>/dev/null || {
			cat provider/log
			fail "the provider did not start"
		}
		provider_tries=$((provider_tries + 1))
		[ "$provider_tries" -lt 600 ] || fail "no provider"
		sleep 0.05
	done
	STANCH_NETWORK=$PWD/provider/network.toml
	export STANCH_NETWORK
}

# provider_token NAME STATE TOKEN [MATCH]: what the provider knows.
provider_token() {
	python3 "$TESTS/../provider/token.py" provider/tokens.json "$@"
}

# provider_requests [NAME]: how many requests were made (for that token).
provider_requests() {
	python3 - "${1:-}" <<'PYTHON'
import json, os, sys
n = 0
if os.path.exists("provider/requests.jsonl"):
    for line in open("provider/requests.jsonl"):
        n += not sys.argv[1] or json.loads(line)["name"] == sys.argv[1]
print(n)
PYTHON
}

# git_start ROOT HOST...: git over HTTP below ROOT, and those hosts' clones
# come from there. See git.py. After provider_start.
git_start() {
	mkfifo provider/git-leash
	python3 "$TESTS/../provider/git.py" provider "$1" <provider/git-leash \
		>provider/git-log 2>&1 &
	exec 8>provider/git-leash
	shift
	provider_tries=0
	until [ -e provider/git-port ]; do
		provider_tries=$((provider_tries + 1))
		[ "$provider_tries" -lt 600 ] || fail "no git server"
		sleep 0.05
	done
	git_url=http://127.0.0.1:$(cat provider/git-port)
	echo "[clone]" >>provider/network.toml
	for git_host; do
		echo "\"$git_host\" = \"$git_url\"" >>provider/network.toml
	done
}
