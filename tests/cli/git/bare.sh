. "$TESTS/repos.sh"
repo r
token ghp 1 >r/f
commit r one
git -C r rm -q f
commit r two
git clone -q --bare r b.git 2>/dev/null
scan 1 out b.git
found out 1
objects out b.git
has out path b.git/f
scan 1 out b.git --since 2020-01-01
found out 1
