#!/bin/sh
# deb.sh: the Debian package, built from what git knows of this tree in a
# directory of its own, build/deb/stanch-VERSION, by dpkg-buildpackage.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^VERSION := //p' Makefile)
[ "$version" = "$(dpkg-parsechangelog -S Version)" ] || {
	echo "deb: debian/changelog and the Makefile name two versions" >&2
	exit 1
}
tree=build/deb/stanch-$version
rm -rf build/deb
mkdir -p "$tree"
# With what is not committed yet; without git, all but what builds leave.
if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files -z -c -o --exclude-standard
else
	find . -path ./build -prune -o -type f -print0
fi | tar --null --no-recursion -T - --ignore-failed-read -cf - 2>/dev/null |
	tar -xf - -C "$tree"
# The tree is no repository: what git says of this one is written down.
git describe --always --abbrev=40 --dirty=+ --exclude='*' \
	2>/dev/null >"$tree/.commit.new" &&
	mv "$tree/.commit.new" "$tree/.commit" || rm -f "$tree/.commit.new"
cd "$tree"
[ -z "${MAKEFLAGS:-}" ] || unset MAKEFLAGS
# The build's dependencies are tests/deps.sh's to install, as everywhere.
dpkg-buildpackage -b -us -uc -d -j"$(nproc)" >../build.log 2>&1 || {
	tail -30 ../build.log >&2
	exit 1
}
cd ..
for package in stanch_*.deb; do
	echo "build/deb/$package"
done
