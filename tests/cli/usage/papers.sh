. "$TESTS/lib.sh"
expect 0 "$STANCH" help --man scan >page
holds page '.TH STANCH\-SCAN 1'
holds page '\fB\-\-history\fR'
expect 0 "$STANCH" help --man rules list >page
holds page '.TH STANCH\-RULES\-LIST 1'
for shell in bash zsh fish; do
	expect 0 "$STANCH" help --complete $shell >complete
	holds complete history
done
expect 2 "$STANCH" help --complete tcsh 2>err
holds err "one of bash, zsh, fish"
expect 2 "$STANCH" help --man scna 2>err
holds err "did you mean"
