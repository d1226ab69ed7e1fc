. "$TESTS/lib.sh"
expect 0 "$STANCH" version --json >out
# Every library that runs here answers with its own version.
python3 - out <<'END'
import json
import re
import sys

said = json.load(open(sys.argv[1]))
assert re.fullmatch(r"\d+\.\d+\.\d+", said["version"]), said
assert said["commit"] is None or re.match(r"[0-9a-f]{40}\+?$", said["commit"])
assert said["rules"] > 400 and re.fullmatch("[0-9a-f]{16}", said["rules_digest"])
wanted = ("pcre2 xxhash libdeflate zlib libcrypto jansson tomlplusplus "
          "libarchive libgit2 libcurl sqlite libpq libmicrohttpd").split()
assert sorted(said["libraries"]) == sorted(wanted), said["libraries"]
for name, text in said["libraries"].items():
    assert text and re.search(r"\d+\.\d+", text), (name, text)
END
[ $? -eq 0 ] || fail "version --json"
# It agrees with what the rules' own command counts.
"$STANCH" rules list | tail -1 >count
holds count "$(python3 -c 'import json; print(json.load(open("out"))["rules"])') rules"
# Alone, without its modules and helper: null, and why.
mkdir alone
cp "$STANCH" alone/stanch
expect 0 alone/stanch version --json >out
holds out '"libgit2": null'
holds out '"libcurl": null'
holds out '"libcurl_absent": "start stanch-net'
holds out '"sqlite": null'
holds out '"libmicrohttpd": null'
expect 3 "$STANCH" version --json >/dev/full 2>err
holds err "write to standard output"
