# A user's repositories at GitHub: public ones are listed for everybody, private
# ones where the credential is that user's; an app's token is nobody's.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
secret=secret-of-ann-0123456789
app=ghs"_secret-of-an-app-0123456789"
provider_token ann live "$secret"
provider_token app live "$app"
cat >provider/organizations.json <<'END'
{"github": {
  "ann": {"kind": "user", "me": true, "page_size": 2, "repos": [
    {"name": "open", "private": false, "visibility": "public"},
    {"name": "two", "private": false, "visibility": "public"},
    {"name": "three", "private": false, "visibility": "public"},
    {"name": "secret"}, {"name": "secrets"}, {"name": "last"}]},
  "bob": {"kind": "user", "me": false, "repos": [
    {"name": "open", "private": false, "visibility": "public"}]},
  "team": {"repos": [{"name": "api"}]}}}
END
list() { timeout 60 "$STANCH" audit "$@" --list-only | cut -f1; }
STANCH_GITHUB_TOKEN="$secret" list github:ann
# Of another user what is public, of an organization no more is asked.
STANCH_GITHUB_TOKEN="$secret" list github:bob
asked=$(provider_requests)
STANCH_GITHUB_TOKEN="$secret" list github:team
[ "$(provider_requests)" = $((asked + 1)) ] || fail "more than one request"
STANCH_GITHUB_TOKEN="$app" list github:ann --no-cache | wc -l
exec 9>&-
wait
