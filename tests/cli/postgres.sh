# Sourced by cases that need a PostgreSQL server: a real one, on a socket in a
# directory of its own, as the user postgres when we are root; ended and removed
# with the case. Sets $postgres, a URL.
postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$postgres_bin" ] || skip "PostgreSQL is not here"
postgres_dir=$(mktemp -d /tmp/stanch-postgres.XXXXXX) || fail "no directory"

postgres_do() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && setpriv --reuid postgres --regid postgres \
			--clear-groups "$@")
	else
		"$@"
	fi
}
postgres_end() {
	postgres_do "$postgres_bin/pg_ctl" -D "$postgres_dir/data" -m immediate \
		stop >/dev/null 2>&1
	rm -rf "$postgres_dir"
}
trap postgres_end EXIT
trap 'exit 1' INT TERM
[ "$(id -u)" -ne 0 ] || chown postgres "$postgres_dir"
postgres_do "$postgres_bin/initdb" -D "$postgres_dir/data" -A trust -U stanch \
	-E UTF8 --locale C --no-sync >/dev/null 2>&1 || fail "initdb"
postgres_do "$postgres_bin/pg_ctl" -D "$postgres_dir/data" -w -l \
	"$postgres_dir/log" -o "-c listen_addresses= -k $postgres_dir \
	-c max_connections=40" start >/dev/null || fail "no server"
postgres="postgresql:///postgres?host=$postgres_dir&user=stanch"
