. "$TESTS/repos.sh"
# Each place: path, line, the first commit that has it there, and whether HEAD
# still does.
repo r
printf 'first\n%s\n' "$(token ghp 1)" >r/a.txt
commit r "adds it"
one=$(git -C r rev-parse HEAD)
git -C r mv a.txt b.txt
commit r "moves it"
two=$(git -C r rev-parse HEAD)
git -C r rm -q b.txt
commit r "takes it away"
printf '%s\n' "$(token npm 2)" >r/kept.txt
commit r "another"
three=$(git -C r rev-parse HEAD)
scan 1 out r --history
objects out r
found out 3
grep a.txt out >a && grep b.txt out >b && grep kept.txt out >kept
has a commit.id "$one"
has a line 2
has a column 1
has a in_head false
has a commit.author Ann
has a commit.email ann@example.org
has a commit.date "2024-08-01T10:00:00+02:00"
has a commit.subject "adds it"
has a source history
has a object "$(git -C r rev-parse "$one:a.txt")"
has b commit.id "$two"
has kept commit.id "$three"
has kept in_head true
[ "$(field fingerprint a)" = "$(field fingerprint b)" ] ||
	fail "the same secret, two fingerprints"
