. "$TESTS/lib.sh"
cat >gitleaks.toml <<'TOML'
title = "a foreign file"
[[rules]]
id = "acme-key"
description = "ACME"
regex = '''acme_[a-z0-9]{16}'''
keywords = ["acme_"]
entropy = 2.5
[[rules.allowlists]]
paths = ['''(^|/)vendor/''']
TOML
mkdir -p tree/vendor
echo "k = acme_q7w9e2r9t4y1u8i5" >tree/a
cp tree/a tree/vendor/a
cp tree/a tree/b
expect 1 "$STANCH" scan --no-default-rules --rules gitleaks.toml -f jsonl \
	tree >report
# equal content, and only the paths that the allowlist leaves
[ "$(field path report | tr '\n' ' ')" = "tree/a tree/b " ] ||
	fail "$(field path report)"
