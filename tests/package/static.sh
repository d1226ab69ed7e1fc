#!/bin/sh
# static.sh: the static program needs nothing but itself, finds what the other
# finds, and says what it cannot do.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD passed=0 failed=0
make -s static >/dev/null 2>&1 || {
	echo "make static fails"
	echo "0 passed, 1 failed"
	exit 1
}
stanch=$root/build/static/stanch
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir home
export HOME="$work/home" STANCH_FINGERPRINT_KEY=test GIT_CONFIG_NOSYSTEM=1 \
	GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C

check() {
	text=$1
	shift
	if "$@" >out 2>err; then
		passed=$((passed + 1))
	else
		echo "failed: $text"
		cat out err | head -5
		failed=$((failed + 1))
	fi
}

# step CODE TEXT ARGUMENT...: its exit code, and what it says.
step() {
	code=$1 says=$2
	shift 2
	"$stanch" "$@" >out 2>err
	got=$?
	if [ "$got" -eq "$code" ] && cat out err | grep -qF -- "$says"; then
		passed=$((passed + 1))
	else
		echo "failed: stanch $*: exit $got, not $code, or no '$says'"
		head -5 err
		failed=$((failed + 1))
	fi
}

git init -q -b main r
git -C r config user.name A
git -C r config user.email a@example.com
echo one >r/f
git -C r add f
git -C r commit -q -m one
python3 "$root/tests/cli/tokens.py" ghp 1 >r/f
git -C r commit -q -a -m two
echo three >r/f
git -C r commit -q -a -m three
python3 "$root/tests/cli/tokens.py" npm 1 >r/g
git -C r add g
tar -czf a.tgz r/g

check "it asks for no library" sh -c \
	"! readelf -d '$stanch' | grep -q NEEDED && ! readelf -l '$stanch' |
	grep -q INTERP"
step 1 "github-pat" scan -f jsonl r
step 1 "npm-token" scan -f jsonl r/g
step 1 "npm-token" scan -f jsonl --staged r
step 1 "github-pat" scan -f jsonl --range main~2..main r
step 0 "" scan -f jsonl --range main~1..main r
# The same bytes as the other program's, but for what it could not open.
for options in "" "--history" "--worktree" "--staged"; do
	# shellcheck disable=SC2086
	"$stanch" scan -f csv $options r >static.csv 2>err
	# shellcheck disable=SC2086
	"$root/build/release/stanch" scan -f csv $options r >other.csv 2>err
	check "other findings: $options" cmp static.csv other.csv
done
(cd r && "$stanch" hook install pre-commit >/dev/null)
check "its hook stops a commit" sh -c "! git -C r commit -q -m four"
rm r/g
step 3 "no_libarchive" scan a.tgz
step 0 "" scan --archive-depth 0 a.tgz
step 2 "libgit2" scan "file://$work/r"
step 2 "libgit2" scan --range 'HEAD^{/two}..HEAD' r
step 1 "verdict: retry: start stanch-net" scan --verify --history r
step 2 "stanch-sqlite.so" audit --store a.db dir:.
printf 'log = "%s/log"\n[partner]\nspool = "%s/spool"\nkey = { env = "KEY" }\n' \
	"$work" "$work" >policy.toml
KEY=0123456789abcdef0123456789abcdef
export KEY
step 2 "start stanch-partner: it is neither beside" partner \
	--policy policy.toml --listen 127.0.0.1:0
step 0 '"libgit2_absent"' version --json
# In a system that has nothing else, if we may.
if [ "$(id -u)" -eq 0 ] && chroot / true 2>/dev/null; then
	mkdir bare && cp "$stanch" bare/stanch && cp -r r bare/r
	check "a scan where nothing else is" sh -c \
		"chroot bare /stanch scan --allow-owner /r; test \$? -eq 1"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
