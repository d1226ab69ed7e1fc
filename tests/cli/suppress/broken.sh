# A broken file is exit 2 with one line, never an empty one.
. "$TESTS/repos.sh"
repo r
echo "a = '$(token ghp 1)'" >r/a.py
commit r first

# refused TEXT OPTION...
refused() {
	refused_text=$1
	shift
	"$STANCH" scan "$@" >out 2>err
	refused_got=$?
	[ $refused_got -eq 2 ] || fail "exit $refused_got: $*"
	[ "$(wc -l <err)" -eq 1 ] || fail "lines: $(cat err)"
	[ ! -s out ] || fail "a report: $*"
	holds err "$refused_text"
}
: >empty
refused "not a baseline" --baseline empty r
printf '# stanch baseline 1\nrubbish\n' >bad
refused "bad:2: not FINGERPRINT EXPIRES OWNER REASON" --baseline bad r
printf '# stanch baseline 1\n<<<<<<< HEAD\n' >bad
refused "a conflict of git" --baseline bad r
printf '[{"File": "a"' >bad
refused "bad:1:" --baseline bad r
refused "open absent" --baseline absent r
refused "not a regular file" --baseline . r
mkfifo pipe
refused "not a regular file" --baseline pipe r
refused "not a baseline" --write-baseline empty r
refused "write baseline" --write-baseline absent/x r
head -c 40000000 /dev/zero >large
refused "over 32768 KiB" --baseline large r

echo 'exclude-path = ["x"]' >r/.stanch.toml
refused "did you mean 'exclude-paths'?" r
refused "did you mean 'exclude-paths'?" --staged r
echo 'exclude-paths = [' >r/.stanch.toml
refused ".stanch.toml:" r
rm r/.stanch.toml
ln -s /etc/passwd r/.stanch.toml
refused "a link" r
rm r/.stanch.toml
echo 'baseline = "gone"' >r/.stanch.toml
refused "gone" r
expect 1 "$STANCH" scan -q --no-suppress r >out
rm r/.stanch.toml
: >r/.stanch-baseline
refused "not a baseline" r
