# list: URLs and paths, and lines that are neither; a clone is kept, brought up
# to date after a force-push, dropped when asked; what cannot be had is failed.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
repo a
echo "key=$(token ghp 21)" >a/config
commit a "one"
repo b
commit b "nothing"
cat >list <<END
# a comment
file://$PWD/a

$PWD/b
file://$PWD/none
https://user:secret@example.invalid/x
END
run() { "$STANCH" audit "$@" --store s/audit.db -f jsonl; }
expect 4 run list:list >one 2>err
[ "$(findings one)" -eq 1 ] || fail "one finding"
holds one '"reason":"password_in_url"'
holds one '"reason":"fetch_failed"'
for f in one err s/audit.db; do lacks $f "user:secret"; done
[ -d cache/stanch/clones ] || fail "no cache"
find cache -name '*.git' -maxdepth 3 | wc -l
# A force-push takes the commit away, and brings another.
echo "no key" >a/config
git -C a commit -q -a --amend -m "amended"
echo "key=$(token ado84 22)" >a/other
commit a "two"
printf 'file://%s\n' "$PWD/a" | expect 1 run list:- >two
[ "$(findings two)" -eq 2 ] || fail "two places: $(findings two)"
# The old commit is in the cache, and nobody's.
holds two '"unreachable":true'
printf 'file://%s\n' "$PWD/a" |
	expect 1 run - --no-cache --cache "$PWD/other" >three
[ "$(findings three)" -eq 1 ] || fail "one place: $(findings three)"
find other -name '*.drop' | wc -l
printf 'file://%s\n' "$PWD/a" | expect 3 run - --cache-size 1 \
	--cache "$PWD/small" >four
holds four over_quota
expect 0 "$STANCH" audit list:list --list-only >names
cut -f1,4 names | sed "s|$PWD|.|"
expect 2 "$STANCH" audit list:none --store s/audit.db 2>err
expect 2 "$STANCH" audit dir:none --store s/audit.db 2>>err
expect 2 "$STANCH" audit planet:mars --store s/audit.db 2>>err
expect 2 "$STANCH" audit 2>>err
expect 2 "$STANCH" audit --worker dir:. 2>>err
wc -l <err
