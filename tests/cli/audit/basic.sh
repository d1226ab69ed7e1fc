# A small organization: every repository, its ledger, its findings; nothing new
# is unchanged; status, report and diff read the store; no secret is in it.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
secret=$(token ghp 11)
mkdir org
for n in a b c; do
	repo "org/$n"
	echo "$n" >"org/$n/file"
	[ $n != b ] || echo "key=$secret" >org/b/config
	commit "org/$n" "begin $n"
done
git clone -q --bare org/b org/deep/fork.git
run() { "$STANCH" audit "$@" --store s/audit.db; }
expect 1 run dir:org -f jsonl >one
[ "$(findings one)" -eq 2 ] || fail "two places"
grep -c '^{"type":"repository"' one
holds one '"repository":"deep/fork.git"'
holds one '"outcome":"scanned"'
[ "$(stat -c %a s/audit.db)$(stat -c %a s)" = 600700 ] || fail "modes"
lacks s/audit.db "$secret"
lacks one "$secret"
# Nothing new.
expect 1 run dir:org -f jsonl >two
[ "$(grep -c '"outcome":"unchanged"' two)" -eq 4 ] || fail "unchanged"
[ "$(findings two)" -eq 2 ] || fail "still two places"
# What is taken away and added.
git -C org/b rm -q config
commit org/b "take it out"
echo "key=$(token ado84 12)" >org/c/new
commit org/c "a new one"
expect 1 run dir:org -f json >three
python3 -c 'import json,sys; json.load(open("three"))' || fail "no JSON"
expect 1 run diff -f jsonl >diff
[ "$(findings diff)" -eq 1 ] || fail "one is new"
holds diff '"repository":"c"'
expect 1 run report --repository b -f jsonl >b
holds b '"in_head":false'
holds b '"path":"config"'
expect 0 run report --repository b --head -f jsonl >head
[ "$(findings head)" -eq 0 ] || fail "not in HEAD"
expect 1 run report --provider azure-devops -f sarif >sarif
holds sarif '"azure-devops-pat"'
rm -rf org/c
expect 1 run dir:org -f jsonl >four
expect 0 run diff -f jsonl >diff
grep -o '"change":"[a-z]*"' diff
run status | cut -d: -f1 | cut -d' ' -f1-2
expect 0 run dir:org --exclude '*' -q
