#!/bin/sh
# Install what the build and the tests need, on Debian 12 and its like.
# The list stands here and nowhere else. `deps.sh build` leaves out what only
# tests use.
# `deps.sh fuzz` adds what `make fuzz` needs.
set -eu

build="gcc g++ make pkg-config libc6-dev libpcre2-dev libxxhash-dev
	libssl-dev libtomlplusplus-dev libarchive-dev libdeflate-dev zlib1g-dev
	libgit2-dev libsqlite3-dev libpq-dev libjansson-dev
	libcurl4-openssl-dev libmicrohttpd-dev"
tests="git python3-aiosmtpd pre-commit python3 python3-yaml 7zip zip unzip zstd xz-utils bzip2 gzip tar util-linux
	chromium
	postgresql
	openssl strace
	zsh fish man-db dpkg-dev"
fuzz="clang libclang-rt-14-dev"

wanted=$build
[ "${1:-all}" = build ] || wanted="$build $tests"
[ "${1:-all}" != fuzz ] || wanted="$wanted $fuzz"

missing=
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		grep -q 'ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
	echo "deps: all present"
	exit 0
fi

sudo=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: install, as root: apt-get install$missing" >&2
		exit 1
	fi
	sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
echo "deps: ${sudo:+$sudo }apt-get install --no-install-recommends$missing"
# $missing is a list of words.
# shellcheck disable=SC2086
install_all() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends $missing >/dev/null
}
# The lists may be old or absent: fetch them only when that is so.
install_all 2>/dev/null || {
	$sudo apt-get update -qq
	install_all
}
