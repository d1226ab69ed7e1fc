. "$TESTS/ci.sh"
# What is judged does not judge: settings and comments of the pushed branch,
# links where reports go, programs that its config names.
history
git -C up checkout -q topic
cat >up/.stanch.toml <<'X'
exclude-rules = ["*"]
[[allow]]
paths = ["*"]
X
echo "key = $(token ghp 3) # stanch:allow it is fine" >up/commented
mkdir elsewhere
ln -s "$PWD/elsewhere" up/stanch-reports
commit up "with settings"
git -C up push -q ../origin.git topic
git -C r fetch -q origin
head=$(git -C up rev-parse topic)
at "$head"
gate 2 CI=true -- --base "$main"
holds err "it is no directory"
[ -z "$(ls elsewhere)" ] || fail "written through a link"
git -C up rm -q --cached stanch-reports
rm up/stanch-reports
mkdir up/stanch-reports
echo keep >victim
ln -s "$PWD/victim" up/stanch-reports/stanch.sarif
git -C up add -f stanch-reports
git -C up commit -q --amend --no-edit
git -C up push -q --force ../origin.git topic
git -C r fetch -q origin
head=$(git -C up rev-parse topic)
at "$head"
gate 1 CI=true -- --base "$main" -f jsonl -o ../rep
[ "$(cat victim)" = keep ] || fail "written through a link"
[ -f r/stanch-reports/stanch.sarif ] && [ ! -L r/stanch-reports/stanch.sarif ] ||
	fail "no report"
found rep 2
# The comment is shown, and does not help.
has rep suppressed "inline: it is fine" 
[ "$(summary suppressed rep)" = 1 ] || fail "$(summary suppressed rep)"
# What the base accepts is accepted.
git -C up checkout -q main
printf '[[allow]]\npaths = ["f"]\nreason = "known"\n' >up/.stanch.toml
commit up settings
base=$(git -C up rev-parse main)
git -C up push -q ../origin.git main
git -C r fetch -q origin
gate 1 CI=true -- --base "$base" -f jsonl -o ../rep
has rep suppressed "settings .stanch.toml:1: known"
gate 1 CI=true -- --base "$base" --no-suppress
# Broken settings of the base suppress nothing, and fail the gate by themselves.
git -C up rm -q -f .stanch.toml
echo "[[" >up/.stanch.toml
commit up broken
git -C up push -q ../origin.git main
git -C r fetch -q origin
gate 1 CI=true -- --base origin/main
gate 2 CI=true -- --base origin/main --head origin/main
# Nothing that the repository names is run, no network is asked for.
git -C r config core.fsmonitor "touch $PWD/ran; false"
git -C r config core.hooksPath "$PWD/hooks"
git -C r config core.sshCommand "touch $PWD/ran"
git -C r config diff.external "touch $PWD/ran"
git -C r config include.path "$PWD/inc"
gate 1 CI=true -- --base "$main"
gate 1 CI=true
[ ! -e ran ] || fail "something was run"
# Reports that cannot be written fail the gate.
gate 4 CI=true -- --base "$main" -f json -o /dev/full
(cd r && CI=true "$STANCH" ci --base "$head" >/dev/full 2>/dev/null)
[ $? -eq 3 ] || fail "standard output is full: $?"
mkdir r/sub
(cd r/sub && "$STANCH" ci --base "$main" >/dev/null) ; [ $? -eq 1 ] ||
	fail "from below"
