. "$TESTS/repos.sh"
# Pointers are counted; what they point to is scanned where it is present.
repo r
token ghp 1 >content
id=$(sha256sum <content | cut -d' ' -f1)
{
	echo "version https://git-lfs.github.com/spec/v1"
	echo "oid sha256:$id"
	echo "size $(wc -c <content)"
} >r/big
commit r one
scan 0 out r
[ "$(summary lfs_pointers out)" -eq 1 ] || fail "not counted"
a=$(echo "$id" | cut -c1-2) b=$(echo "$id" | cut -c3-4)
mkdir -p "r/.git/lfs/objects/$a/$b"
cp content "r/.git/lfs/objects/$a/$b/$id"
scan 1 out r --history
found out 1
has out path "r/.git/lfs/objects/$a/$b/$id"
# The same in a bare repository; what .gitignore says is of no matter.
git clone -q --bare r b
mkdir -p "b/lfs/objects/$a/$b"
cp content "b/lfs/objects/$a/$b/$id"
scan 1 out b
has out path "b/lfs/objects/$a/$b/$id"
# A link in the place of the store is not followed, and that is said.
mkdir outside
mv b/lfs/objects outside/
rmdir b/lfs
ln -s "$PWD/outside" b/lfs
scan 3 out b
found out 0
