. "$TESTS/lib.sh"
: >a
printf '[[rules]]\nid = "x"\nregex = "("\n' >broken.toml
expect 2 "$STANCH" scan --rules broken.toml a 2>err
holds err broken.toml
[ "$(wc -l <err)" = 1 ] || fail "$(cat err)"
printf '[[rules]\n' >syntax.toml
expect 2 "$STANCH" scan --rules syntax.toml a 2>err
holds err "syntax.toml:1"
expect 2 "$STANCH" scan --rules missing.toml a 2>err
holds err missing.toml
expect 2 "$STANCH" rules lint syntax.toml 2>err
# a rule file inside what is scanned is never read
mkdir tree && cp broken.toml tree/.gitleaks.toml
expect 0 "$STANCH" scan tree >/dev/null
