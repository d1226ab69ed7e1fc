# Gists and snippets on request, at the addresses where each forge has them; an
# API token of Bitbucket goes with its user.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
provider_token all live secret-of-all-0123456789
cat >provider/organizations.json <<'END'
{"github": {"ann": {"kind": "user", "repos": [{"name": "a"}], "gists": [
   {"id": "aa5a315d61ae9438b18d", "public": false, "updated_at":
    "2024-05-01T10:00:00Z", "owner": {"login": "ann"},
    "git_pull_url": "https://evil.example.test/x.git"}]}},
 "gitlab": {"team": {"repos": [{"name": "team/x", "snippets": [7, 8]},
   {"name": "team/y", "snippets_access_level": "disabled"}]}},
 "bitbucket": {"space": {"user": "ann@example.org", "repos": [{"name": "p"}],
   "snippets": ["kypj"]}}}
END
for kind in GITHUB GITLAB BITBUCKET; do
	export "STANCH_${kind}_TOKEN=secret-of-all-0123456789"
done
export STANCH_BITBUCKET_USERNAME=ann@example.org
"$STANCH" audit github:ann gitlab:team bitbucket:space --gists --list-only |
	cut -f1,2
"$STANCH" audit github:ann gitlab:team bitbucket:space --list-only | wc -l
exec 9>&-
wait
