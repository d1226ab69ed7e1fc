# Files of other tools hold as baselines, and become ours.
. "$TESTS/repos.sh"
repo r
mkdir r/src
printf '\n\nkey = "%s"\n' "$(token ghp 1)" >r/src/a.py
echo "a = '$(token ghp 2)'" >r/b.py
echo "a = '$(token ghp 3)'" >r/c.py
commit r first
id=$(git -C r rev-parse HEAD)

# a repository in the current directory: paths as those tools have them
cd r || exit 1
scan() {
	scan_want=$1
	shift
	"$STANCH" scan -f jsonl "$@" . >../rep 2>../err
	scan_got=$?
	[ $scan_got -eq "$scan_want" ] || { cat ../err; fail "exit $scan_got: $*"; }
}
cat >../ignore <<X
# positions
src/a.py:github-pat:3
$id:b.py:github-pat:1
X
scan 1 --baseline ../ignore
[ "$(summary findings ../rep)$(summary suppressed ../rep)" = 24 ] || fail ignore

cat >../report.json <<X
[{"RuleID": "x", "File": "src/a.py", "StartLine": 3, "EndLine": 3,
  "Secret": "$(token ghp 1)", "Commit": ""},
 {"RuleID": "x", "File": "b.py", "StartLine": 1, "EndLine": 1,
  "Secret": "REDACTED", "Commit": "$id"}]
X
scan 1 --baseline ../report.json
[ "$(summary findings ../rep)$(summary suppressed ../rep)" = 24 ] || fail report

sha=$(token ghp 3 | sha1sum | cut -d' ' -f1)
cat >../secrets <<X
{"version": "1.5.0", "plugins_used": [], "results": {"c.py": [
 {"type": "GitHub Token", "filename": "c.py", "hashed_secret": "$sha",
  "is_verified": false, "line_number": 1}]}, "generated_at": "2024-01-01"}
X
scan 1 --baseline ../secrets
[ "$(summary suppressed ../rep)" = 2 ] || fail detect-secrets
scan 0 --baseline ../secrets --baseline ../ignore

# all of them at once, written as ours, without what they hold
expect 0 "$STANCH" scan -q --baseline ../secrets --baseline ../report.json \
	--write-baseline ../base . >/dev/null
[ "$(grep -c '^github-pat:' ../base)" -eq 3 ] || fail "$(cat ../base)"
holds ../base "a gitleaks report"
holds ../base "a detect-secrets baseline"
scan 0 --baseline ../base
