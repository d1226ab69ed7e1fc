#!/bin/sh
# deb.sh BUILD: the package is built in a directory of its own, and holds what
# it should; and its program is, byte for byte, that of BUILD: the build does
# not depend on where it happens.
set -u
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0

check() {
	text=$1
	shift
	if "$@" >/dev/null 2>&1; then
		passed=$((passed + 1))
	else
		echo "failed: $text"
		failed=$((failed + 1))
	fi
}

# A release is of a commit; the package alone, of whatever stands here.
if git diff --quiet HEAD; then
	what=dist
else
	what=deb
fi
make -s $what >/dev/null || { echo "0 passed, 1 failed"; exit 1; }
package=$(echo build/deb/stanch_*.deb)
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
dpkg-deb -x "$package" "$out/root"
dpkg-deb -c "$package" >"$out/list"
dpkg-deb -f "$package" Depends >"$out/depends"

for file in stanch stanch-git.so stanch-net stanch-sqlite.so \
	stanch-postgres.so stanch-partner; do
	check "two builds differ: $file" \
		cmp "$1/$file" build/deb/stanch-*/build/release/$file
done
for file in usr/bin/stanch usr/lib/stanch/stanch-git.so \
	usr/lib/stanch/stanch-net usr/lib/stanch/stanch-partner \
	usr/lib/stanch/stanch-sqlite.so \
	usr/lib/stanch/stanch-postgres.so usr/share/man/man1/stanch.1.gz \
	usr/share/man/man1/stanch-scan.1.gz \
	usr/share/bash-completion/completions/stanch \
	usr/share/zsh/vendor-completions/_stanch \
	usr/share/fish/vendor_completions.d/stanch.fish \
	usr/share/doc/stanch/copyright usr/share/doc/stanch/changelog.gz \
	usr/share/doc/stanch/manual/README.md; do
	check "not in the package: $file" test -s "$out/root/$file"
done
# What is linked or loaded is depended on, and nothing that is not.
for library in libc6 libcurl4 libgit2 libsqlite3-0 libpq5 libarchive13 \
	libmicrohttpd12 libssl3 \
	ca-certificates; do
	check "not depended on: $library" grep -q "$library" "$out/depends"
done
check "libpcre2 is linked statically" sh -c "! grep -q pcre2 '$out/depends'"
check "all belongs to root" sh -c \
	"! grep -v ' root/root ' '$out/list'"
check "nothing is writable by others, nothing setuid" sh -c \
	"! grep -E '^.(..[sS]|.....[sS]|.......w)' '$out/list'"
check "only one place" sh -c "! grep -vE ' \./(usr/.*)?\$' '$out/list'"
# It works from where it stands.
check "it runs, with all that it loads" sh -c \
	"'$out/root/usr/bin/stanch' version --json >'$out/said' &&
	! grep absent '$out/said'"
check "it names the commit" grep -q "\"commit\": \"$(git rev-parse HEAD)" \
	"$out/said"
check "installed and removed leaves nothing" sh -c \
	"make -s install DESTDIR='$out/dest' PREFIX=/usr &&
	make -s uninstall DESTDIR='$out/dest' PREFIX=/usr &&
	test -z \"\$(find '$out/dest' -type f)\""

# What a release has, and that its checksums are of these very files.
if [ $what = dist ]; then
	check "checksums" sh -c "cd build/dist && sha256sum -c SHA256SUMS"
	check "all are named" sh -c 'test "$(wc -l <build/dist/SHA256SUMS)" -eq 4'
	check "the sources build the same program" sh -c \
		"tar -xzf build/dist/stanch-*.tar.gz -C '$out' &&
		make -s -C '$out'/stanch-* build/release/stanch &&
		cmp '$out'/stanch-*/build/release/stanch '$1/stanch'"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
