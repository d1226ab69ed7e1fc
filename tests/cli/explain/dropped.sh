# Why it was not: each reason there is, with rules made for it.
. "$TESTS/lib.sh"
cat >rules.toml <<'X'
format = "stanch"
[[rules]]
id = "t-entropy"
description = "Entropy"
provider = "test"
regex = '''ent_[a-z0-9]{16}'''
anchors = ["ent_"]
entropy = 3.5
[[rules]]
id = "t-digits"
description = "Digits"
provider = "test"
regex = '''dig_[a-z0-9]{16}'''
anchors = ["dig_"]
minDigits = 4
[[rules]]
id = "t-stop"
description = "Stopword"
provider = "test"
regex = '''sto_[a-z0-9]{16}'''
anchors = ["sto_"]
stopwords = ["kfixture"]
[[rules]]
id = "t-allow"
description = "Allowlist"
provider = "test"
regex = '''all_[a-z0-9]{16}'''
anchors = ["all_"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''not this one''']
[[rules]]
id = "t-check"
description = "Check"
provider = "test"
regex = '''chk_[A-Za-z0-9]{22}'''
anchors = ["chk_"]
[rules.check]
name = "crc32"
skip = 4
width = 6
encoding = "base62"
onFail = "drop"
[[rules]]
id = "t-path"
description = "Path"
provider = "test"
regex = '''pth_[a-z0-9]{16}'''
path = '''\.env$'''
anchors = ["pth_"]
[[rules]]
id = "t-low"
description = "Low"
provider = "test"
confidence = "low"
regex = '''low_[a-z0-9]{16}'''
anchors = ["low_"]
[[rules]]
id = "t-plain"
description = "Plain only"
provider = "test"
regex = '''pln_[a-z0-9]{16}'''
anchors = ["pln_"]
encodings = ["plain"]
X
{
	echo "ent_aaaaaaaabbbbbbbb"
	echo "dig_abcdefghijklmnop"
	echo "sto_8qkfixture3w5z1x"
	echo "all_8q2k4v6b3w5z1x7c not this one"
	echo "chk_8q2k4v6b3w5z1x7c9d0AAA"
	echo "pth_8q2k4v6b3w5z1x7c"
	echo "low_8q2k4v6b3w5z1x7c"
	echo "pln_short"
} >a.txt
# line RULE TEXT: is that what the line of this rule says?
line() {
	expect 0 "$STANCH" explain --no-default-rules --rules rules.toml \
		"a.txt:$1" >out
	holds out "$2  "
	holds out "$3"
}
line 1 t-entropy "dropped: its entropy is too low"
holds out "bits a byte; the rule wants more than 3.50"
line 2 t-digits "dropped: too few digits"
holds out "the rule wants 4 digits"
line 3 t-stop "dropped: a stopword is in it"
holds out "stopword    kfixture"
line 4 t-allow "dropped: an allowlist of the rules"
holds out "rules.toml: 1 regexes on the line"
line 5 t-check "dropped: its check fails"
holds out "check       crc32: fails"
line 6 t-path "dropped: the rule is for other paths"
line 7 t-low "not reported: less sure than asked for: low confidence"
line 8 t-plain "the rule's pattern matches nothing around it"
# what no rule came near to
echo nothing >b.txt
expect 0 "$STANCH" explain --all b.txt >out
holds out "Nothing in this file came near"
