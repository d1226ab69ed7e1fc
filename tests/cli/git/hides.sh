. "$TESTS/repos.sh"
# Twelve ways to hide a token from `git log -p --all`.
ghp=$(token ghp 1)
fresh() {
	rm -rf r
	repo r
	echo nothing >r/f
	commit r one
	echo "$ghp" >r/f
	commit r two
	echo nothing >r/f
	commit r three
}
seen() {
	scan "$2" out r --history
	found out "${3:-1}"
	objects out r
	echo "$1"
}
fresh
git -C r replace HEAD~1 "$(git -C r commit-tree -m x HEAD~2^{tree})"
seen "a replace ref" 1
fresh
git -C r rev-parse HEAD >r/.git/info/grafts
seen "a graft" 1
fresh
git -C r rev-parse HEAD >r/.git/shallow
seen "a shallow file" 1
fresh
git -C r commit-graph write --reachable 2>/dev/null
python3 - r/.git/objects/info/commit-graph <<'EOF'
import hashlib, os, struct, sys
path = sys.argv[1]
os.chmod(path, 0o644)
data = bytearray(open(path, "rb").read()[:-20])
chunks = data[6]
for i in range(chunks):
    kind, offset = struct.unpack_from(">4sQ", data, 8 + 12 * i)
    if kind == b"CDAT":
        end = struct.unpack_from(">Q", data, 8 + 12 * i + 16)[0]
        for at in range(offset, end, 36):
            struct.pack_into(">I", data, at + 20, 0x70000000)
open(path, "wb").write(bytes(data) + hashlib.sha1(data).digest())
EOF
seen "commit-graph parents" 1
fresh
echo '* binary' >r/.gitattributes
commit r attributes
seen "committed attributes" 1
fresh
echo '* -diff' >r/.git/info/attributes
seen "info/attributes" 1
fresh
echo '* diff=x' >r/.git/info/attributes
git -C r config diff.x.textconv true
seen "textconv" 1
fresh
git -C r config core.bigFileThreshold 1
seen "big files" 1
fresh
python3 - r <<'EOF'
import hashlib, os, subprocess, sys, zlib
r = sys.argv[1]
head = subprocess.check_output(["git", "-C", r, "rev-parse", "HEAD"])
body = b"object " + head.strip() + b"\ntype blob\ntag v\n" \
    b"tagger n <a@b> 1 +0000\n\nm\n"
raw = b"tag %d\0" % len(body) + body
h = hashlib.sha1(raw).hexdigest()
d = f"{r}/.git/objects/{h[:2]}"
os.makedirs(d, exist_ok=True)
open(f"{d}/{h[2:]}", "wb").write(zlib.compress(raw))
os.makedirs(f"{r}/.git/refs/tags", exist_ok=True)
open(f"{r}/.git/refs/tags/t", "w").write(h + "\n")
EOF
seen "a tag that lies about its type" 1
fresh
git -C r reset -q --hard HEAD~2
git -C r reflog expire --expire=now --all
seen "amended away" 1
rm -rf r
repo r
printf '\0%s\n' "$ghp" >r/f
commit r one
seen "a NUL at the start" 1
rm -rf r
repo r
token ghp 1 utf16le >r/f
commit r one
seen "UTF-16" 1
