. "$TESTS/repos.sh"
# A bundle is scanned as the repository in it.
repo r
seq 500 >r/f
commit r base
token ghp 1 >>r/f
commit r "with it"
git -C r commit -q --allow-empty -m "see $(token npm 2)"
git -C r tag -a -m "and $(token gho 3)" v1
seq 500 >r/f
commit r "without it"
git -C r bundle create -q ../b.bundle --all
scan 1 out b.bundle --refs
found out 3
objects out r
has out path 'b.bundle!f'
has out commit.subject "with it"
has out source message
has out refs '["refs/heads/main", "refs/tags/v1"]'
expect 1 "$STANCH" scan b.bundle >out 2>err
lacks out "$(token ghp 1)"
# The same in SHA-256; and what git's index of it says.
repo s --object-format=sha256
cp r/f s/f
token ghp 4 >>s/f
commit s "with it"
git -C s bundle create -q ../s.bundle --all
scan 1 out s.bundle
found out 1
objects out s
has out object "$(git -C s rev-parse HEAD:f)"
# Based on what it does not hold: what is there is found, the rest counted.
seq 600 >r/f
token ghp 5 >>r/f
commit r "thin"
git -C r bundle create -q ../t.bundle v1..main
scan 4 out t.bundle --verbose
grep -q '"complete":false' out || fail "not said"
token gho 6 >r/other
commit r "whole"
git -C r bundle create -q ../t.bundle main~1..main
scan 4 out t.bundle
found out 1
has out commit.subject whole
[ "$(summary objects.failed out)" -eq 0 ] || fail "it needs no base"
[ "$(summary missing out)" -gt 0 ] || fail "parents are not missing"
# Cut off, and no bundle at all.
head -c 700 b.bundle >cut.bundle
scan 4 out cut.bundle
[ "$(summary objects.failed out)" -gt 0 ] || fail "nothing is lost"
printf '# v3 git bundle\n@object-format=sha1\n@wish=yes\n\nPACK' >w.bundle
scan 2 out w.bundle
holds err "@wish=yes, which is not known"
printf '# v2 git bundle\nno end' >e.bundle
scan 2 out e.bundle
repo u
seq 5000 >u/f
commit u base
seq 5100 >u/f
commit u thin
git -C u bundle create -q ../u.bundle main~1..main
scan 3 out u.bundle
[ "$(summary objects.failed out)" -eq 1 ] || fail "the base is not missing"
