. "$TESTS/repos.sh"
# Stores of submodules inside .git are read; a submodule is a target itself.
repo sub
token ghp 1 >sub/f
commit sub one
git -C sub rm -q f
commit sub two
repo r
echo base >r/f
commit r base
git -C r -c protocol.file.allow=always submodule add -q ../sub s \
	>/dev/null 2>&1 || skip "no submodules"
commit r "with a submodule"
scan 1 out r --history
found out 1
field path out | grep -q "modules/s" || fail "$(field path out)"
scan 1 out r/s --history
found out 1
has out path r/s/f
scan 0 out r --staged
