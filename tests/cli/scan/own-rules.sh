. "$TESTS/lib.sh"
[ "$CONFIG" = release ] || skip "LeakSanitizer cannot be traced"
# What a scanned tree says about rules, or asks to be left out, counts for
# nothing in a tree that is not believed: five files that would hide the token,
# each alone and all together. (In one's own a broken one is exit 2: see
# suppress/broken; what gates do: suppress/judge.)
mkdir plain && echo "k = $(token ghp)" >plain/a
allow() {
	case $1 in
	1) printf '[allowlist]\nregexes = [".*"]\npaths = [".*"]\n' ;;
	2) printf 'rules = []\n' ;;
	3) printf '[[rules]]\nid = "x"\nregex = "a"\n[rules.verify]\nurl = "http://127.0.0.1:9/"\n' ;;
	4) printf 'include = "/etc/passwd"\n[extend]\npath = "/etc/passwd"\n' ;;
	5) printf '[[rules]]\nid = "big"\nregex = "'; head -c 10000000 /dev/zero | tr '\0' a; printf '"\n' ;;
	esac
}
names=".gitleaks.toml .stanch.toml stanch.toml .gitleaksignore .stanchignore
	.secretlintignore .trufflehog-ignore .secrets.baseline .gitallowed"
for n in 1 2 3 4 5 all; do
	rm -rf tree && cp -r plain tree
	for name in $names; do
		if [ $n = all ]; then
			allow 1 >tree/"$name"
		else
			allow $n >tree/"$name"
		fi
	done
	if command -v strace >/dev/null &&
		strace -f -o /dev/null true 2>/dev/null; then
		expect 1 strace -f -e trace=connect,socket,openat,open -o calls \
			"$STANCH" scan --no-suppress -f jsonl tree >report
		grep -E 'socket\(AF_INET|connect\(' calls && fail "network"
		grep -F /etc/passwd calls && fail "opened what a file named"
	else
		expect 1 "$STANCH" scan --no-suppress -f jsonl tree >report
	fi
	field path report | grep -qx tree/a || fail "variant $n hides the token"
done
# an ignore comment on the line is nobody's order either; where it is believed
# the finding is still there, marked
{ printf 'k = %s # ' "$(token ghp)"; printf 'gitleaks:%s\n' allow; } >line
expect 1 "$STANCH" scan --no-suppress -f jsonl line >report
expect 0 "$STANCH" scan -f jsonl line >report
[ "$(field suppressed report)" = inline ] || fail "not marked"
