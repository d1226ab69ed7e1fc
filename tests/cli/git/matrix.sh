. "$TESTS/repos.sh"
# Every layout that git writes: the same findings, every object counted.
make() {
	rm -rf r
	repo r "$@"
	for i in 1 2 3 4 5 6; do
		mkdir -p "r/d$i"
		seq 1 300 >"r/d$i/long"
		token ghp $i >>"r/d$i/long"
		commit r "number $i"
	done
	git -C r rm -qr d2
	commit r "less"
	git -C r tag -a -m "tag with $(token npm 1)" t
}
check() {
	scan 1 out r --history
	objects out r
	[ "$(summary complete out)" = true ] || fail "$1: not complete"
	[ "$(summary objects.scanned out)" = "$(summary objects.total out)" ] ||
		fail "$1: not all scanned"
	grep '"finding"' out >"findings"
	[ -e reference ] || cp findings reference
	cmp -s findings reference || fail "$1: other findings"
	echo "$1"
}
for format in sha1 sha256; do
	rm -f reference
	make --object-format=$format
	check "$format loose"
	git -C r repack -adq --depth=1
	check "$format pack, flat"
	git -C r repack -adfq --depth=50 --window=50
	check "$format pack, deep"
	git -C r repack -adbq --write-midx 2>/dev/null ||
		git -C r repack -adbq
	check "$format bitmaps, midx"
	echo more >r/more
	git -C r gc -q --cruft 2>/dev/null || git -C r gc -q
	check "$format gc"
	git -C r pack-refs --all
	check "$format packed refs"
	git -C r unpack-objects -q <"$(ls r/.git/objects/pack/*.pack |
		head -1)"
	mkdir -p p
	mv r/.git/objects/pack/* p/
	for pack in p/*.pack; do
		git -C r unpack-objects -q <"$pack"
	done
	check "$format unpacked"
	mv p/* r/.git/objects/pack/
	check "$format packed and loose"
	rm -rf p
done
