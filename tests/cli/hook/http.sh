. "$TESTS/repos.sh"
# pre-receive behind git http-backend, with the web server's REMOTE_USER.
git http-backend --help >/dev/null 2>&1 || [ -x "$(git --exec-path)/git-http-backend" ] ||
	skip "git http-backend is not here"
repo r
echo one >r/f
commit r one
mkdir root
git clone -q --bare r root/bare.git 2>/dev/null
git -C root/bare.git config http.receivepack true
git -C root/bare.git config receive.advertisePushOptions true
(cd root/bare.git && "$STANCH" hook install -- --may-override ann >/dev/null) ||
	fail install
mkfifo hold url
python3 "$TESTS/hook/serve.py" "$PWD/root" ann <hold >url &
exec 3>hold
IFS= read -r base <url
git -C r remote add origin "$base/bare.git"
echo two >r/f
commit r two
git -C r push -q origin main 2>err || {
	cat err
	fail "a clean push"
}
token ghp 1 >r/f
commit r with
bad=$(git -C r rev-parse --short=10 HEAD)
git -C r push -q origin main 2>err && fail "let through"
holds err "remote: stanch: push refused: 1 leaked token in what it brings"
holds err "remote:   $bad f:1:1  GitHub personal access token (classic)"
[ "$(git -C root/bare.git rev-parse main)" = "$(git -C r rev-parse main~1)" ] ||
	fail "the ref moved"
git -C r push -q -o stanch.override=tested origin main 2>err || {
	cat err
	fail "the override"
}
holds root/bare.git/stanch-overrides.jsonl '"who":"ann"'
# A clone of a large pack over smart HTTP, in chunks.
git -C r config http.postBuffer 1000
i=0
while [ $i -lt 60 ]; do
	head -c 3000 /dev/urandom | base64 >"r/noise$i"
	i=$((i + 1))
done
token ghp 2 >r/late
commit r chunks
git -C r push -q origin main 2>err && fail "let through in chunks"
holds err "late:1:1"
exec 3>&-
wait
