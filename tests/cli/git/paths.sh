. "$TESTS/repos.sh"
# Rules that look at paths work in history as in the working tree.
cat >rules.toml <<'EOF'
[[rules]]
id = "keystore"
description = "A file"
path = '''(?i)\.p12$'''
[[rules]]
id = "setting"
description = "A setting in .env files"
path = '''(^|/)\.env$'''
regex = '''SETTING=([a-z0-9]{12})'''
keywords = ["setting="]
[[rules]]
id = "allowed"
description = "Not below test/"
regex = '''ALLOWED=([a-z0-9]{12})'''
keywords = ["allowed="]
[[rules.allowlists]]
paths = ['''(^|/)test/''']
EOF
repo r
mkdir -p r/test r/d
echo x >r/d/key.p12
echo SETTING=q8w7e6r5t4y3 | tee r/.env >r/other
echo ALLOWED=z1x2c3v4b5n6 | tee r/test/a >r/a
commit r one
set -- --no-default-rules --rules rules.toml --min-confidence low
scan 1 tree r --worktree "$@"
field rule tree | sort >want
git -C r rm -qr .
commit r two
scan 1 out r --history "$@"
field rule out | sort >got
cmp -s want got || { cat want; echo; cat out; fail "other rules"; }
has out path r/d/key.p12
has out path r/.env
has out path r/a
found out 3
