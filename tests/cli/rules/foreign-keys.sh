. "$TESTS/lib.sh"
# Every key of the gitleaks format does here what it does there.
cat >acme.toml <<'TOML'
title = "acme"
minVersion = "v8.25.0"
unknownKey = 3
[extend]
useDefault = true
disabledRules = ["npm-token"]
[[allowlists]]
description = "one rule's"
targetRules = ["acme-key"]
stopwords = ["Globalstop"]
[[allowlists]]
paths = ['''docs/''']
[[rules]]
ID = "acme-key"
description = "ACME key"
regex = '''(?i)(acme)_([a-z0-9]{16,24})'''
secretGroup = 2
entropy = 2.5
keywords = ["ACME_"]
tags = ["acme"]
[[rules.allowlists]]
condition = "AND"
regexTarget = "line"
regexes = ['''ALLOWME''']
paths = ['''and\.txt$''']
[[rules.allowlists]]
condition = "or"
stopwords = ["StopWord"]
[[rules]]
id = "acme-file"
description = "the path alone"
path = '''\.acmekey$'''
[[rules]]
id = "acme-conf"
description = "in some files"
path = '''\.conf$'''
regex = '''zeta=([0-9a-f]{12})'''
[[rules]]
id = "acme-part"
description = "a part"
regex = '''partid:([0-9]{6})'''
skipReport = true
[[rules]]
id = "acme-pair"
description = "with its part near"
regex = '''pairkey:([0-9a-z]{8})'''
[[rules.required]]
id = "acme-part"
withinLines = 2
[[rules]]
id = "acme-match"
description = "allowed by what matches"
regex = '''mtoken=([0-9a-z]{10})'''
[rules.allowlist]
regexTarget = "match"
regexes = ['''^mtoken=zz''']
[[rules]]
id = "acme-secret"
description = "allowed by its secret"
regex = '''stoken=([0-9a-z]{10})'''
[[rules.allowlists]]
regexes = ['''^zz''']
commits = ["0123456789012345678901234567890123456789"]
TOML
mkdir -p tree/docs
cd tree || exit
echo 'ACME_q7w9e2r9t4y1u8i5' >key.txt
echo 'acme_aaaaaaaaaaaaaaaab' >entropy.txt
echo 'acme_q7w9stopword2r9t4' >stop.txt
echo 'acme_q7globalstop2r9t4' >stop-global.txt
echo 'ALLOWME acme_q7w9e2r9t4y1u8z1' >and.txt
echo 'ALLOWME acme_q7w9e2r9t4y1u8z2' >other.txt
echo 'acme_q7w9e2r9t4y1u8z3' >docs/d.txt
echo x >a.acmekey
echo 'zeta=0a9b2f7d4c51' >a.conf
cp a.conf a.txt
printf 'partid:194756\nx\npairkey:kq8d1x3v\n' >pair.txt
printf 'partid:194756\nx\nx\npairkey:kq8d1x3w\n' >far.txt
echo 'mtoken=zz1k5z7v5b' >match-allowed.txt
echo 'mtoken=ab1k5z7v5b' >match.txt
echo 'stoken=zz1k5z7v5b' >secret-allowed.txt
echo 'stoken=ab1k5z7v5b' >secret.txt
echo "n = $(token npm 1)" >npm
echo "n = $(token ghp 1)" >ghp
cd ..
expect 1 "$STANCH" scan --rules acme.toml -f jsonl tree >report
field rule report >rules
field path report >paths
field column report >columns
paste -d ' ' rules paths columns | sort
# far from its part it is low, and says why
expect 1 "$STANCH" scan --rules acme.toml -f jsonl --min-confidence low \
	--rule acme-pair tree >report
field confidence report | sort | tr '\n' ' '
