# A disk that is full: the store says so and is whole; with room again the audit
# goes on. Clones that do not fit are told; without a log nothing is revoked.
. "$TESTS/response.sh"
. "$TESTS/repos.sh"
[ "$(id -u)" -eq 0 ] || skip "only root can mount"
mkdir small
mount -t tmpfs -o size=200k tmpfs small 2>/dev/null || skip "no tmpfs"
trap 'umount small' EXIT
mkdir org
loop_setup
for i in 1 2 3 4 5 6; do
	repo "org/r$i"
done
python3 - "$TESTS" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import tokens
for i in range(1, 7):
    with open(f"org/r{i}/f", "w") as f:
        for n in range(60):
            print(f"key{n}={tokens.token('ghp', f'{i}.{n}')}", file=f)
END
for i in 1 2 3 4 5 6; do
	commit "org/r$i" one
done
run() { timeout 100 "$STANCH" audit dir:org --store small/a.db -f jsonl "$@"; }
expect 2 run >one 2>err
[ "$(wc -l <err)" -eq 1 ] || fail "one line: $(cat err)"
cut -d: -f3- err
mount -o remount,size=64m small
expect 1 run >two 2>>err
[ "$(findings two)" -eq 360 ] || fail "$(findings two) findings"
python3 "$TESTS/audit_store.py" small/a.db 'pragma integrity_check'
# Full in the midst of a later run: what was there stays.
dd if=/dev/zero of=small/fill bs=4k 2>/dev/null
for i in 1 2 3 4 5 6; do
	sed 's/^key/more/' "org/r$i/f" >"org/r$i/g"
	commit "org/r$i" two
done
expect 2 run >three 2>err
[ "$(wc -l <err)" -eq 1 ] || fail "one line: $(cat err)"
expect 1 "$STANCH" audit report --store small/a.db -f jsonl >four 2>>err
[ "$(findings four)" -ge 360 ] || fail "lost"
rm small/fill
expect 1 run >five
[ "$(findings five)" -eq 720 ] || fail "$(findings five) findings"
# The audit log cannot be written: nobody is asked, nothing is revoked.
repo org/pat
printf 'org: https://dev.azure.com/contoso/x\npat: "%s"\n' "$pat" >org/pat/a
commit org/pat one
sed -i "s#^log = .*#log = \"$PWD/small/audit.log\"#" policy.toml
dd if=/dev/zero of=small/fill bs=4k 2>/dev/null
expect 2 "$STANCH" audit dir:org --store s/a.db --respond policy.toml \
	>six 2>err
[ "$(revocations)" = 0 ] || fail "revoked without a record"
rm small/fill
expect 1 "$STANCH" audit dir:org --store s/a.db --respond policy.toml \
	>seven 2>err
[ "$(revocations pat)" = 1 ] || fail "not revoked"
exec 9>&-
wait
