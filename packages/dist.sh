#!/bin/sh
# dist.sh: what a release consists of, in build/dist: the sources of HEAD, the
# Debian package, the static program, the bill of materials, and the checksums
# of these, to be signed. Of a tree with changes there is no release.
set -eu
cd "$(dirname "$0")/.."
git diff --quiet HEAD || {
	echo "dist: there are changes that are not committed" >&2
	exit 1
}
version=$(sed -n 's/^VERSION := //p' Makefile)
out=build/dist
make -s deb static sbom >/dev/null
rm -rf "$out"
mkdir -p "$out"
git archive --prefix="stanch-$version/" HEAD | gzip -9n \
	>"$out/stanch-$version.tar.gz"
cp build/deb/stanch_*.deb "$out/"
cp build/static/stanch "$out/stanch-$version-static-$(uname -m)"
cp build/release/stanch.spdx.json "$out/stanch-$version.spdx.json"
cd "$out"
# Checksums of all, by names without a directory.
sha256sum -- * >SHA256SUMS
ls
