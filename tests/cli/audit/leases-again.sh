# As leases, with other chances, beside it: each kill costs seconds of waiting.
# Four workers on one store, killed at random: by the database's own record no
# repository was ever with two of them, or taken from one that lived.
. "$TESTS/repos.sh"
. "$TESTS/postgres.sh"
timeout 1500 python3 "$TESTS/audit_leases.py" "$STANCH" "$postgres" \
	"$postgres_bin/psql" "${AUDIT_LEASE_KILLS:-10}" 7 || fail "leases"
