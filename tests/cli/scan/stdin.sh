. "$TESTS/lib.sh"
printf 'first\nTOKEN=%s\n' "$(token ghp)" |
	expect 1 "$STANCH" scan -f jsonl - >report
[ "$(field source report)" = stdin ] || fail "source"
[ "$(field line report)" = 2 ] || fail "line"
[ "$(field column report)" = 7 ] || fail "column"
# from a file, from where it stands
printf 'skipped %s\nno token here\n' "$(token ghp 2)" >in
{ read -r _; expect 0 "$STANCH" scan -f jsonl -; } <in >report
expect 0 "$STANCH" scan - </dev/null >/dev/null
# an archive on a pipe
echo "k=$(token npm)" >member && tar cf - member | gzip |
	expect 1 "$STANCH" scan -f jsonl - >report
holds report '!member'
