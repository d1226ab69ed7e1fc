. "$TESTS/lib.sh"
mkdir tree dir && echo "k = $(token ghp)" >tree/a
echo old >dir/real.json && chmod 640 dir/real.json && ln -s dir/real.json r.json
expect 1 "$STANCH" scan tree -o r.json
[ -L r.json ] || fail "the link is gone"
python3 -m json.tool dir/real.json >/dev/null || fail "not written through"
[ "$(stat -c %a dir/real.json)" = 640 ] || fail "mode"
[ "$(ls -A dir)" = real.json ] || fail "left beside it"
expect 1 "$STANCH" scan tree -o new.json
[ "$(stat -c %a new.json)" = 600 ] || fail "mode of a new report"
