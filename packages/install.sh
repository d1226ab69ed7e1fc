#!/bin/sh
# install.sh install|uninstall BUILD: what stands in the directory BUILD to
# DESTDIR and PREFIX, or away from there: one list for both. The program finds
# what it loads and starts in ../lib/stanch.
set -eu
prefix=${PREFIX:-/usr/local}
docs=${DOCDIR:-$prefix/share/doc/stanch}
zsh=${ZSHDIR:-$prefix/share/zsh/site-functions}
share=$prefix/share

# MODE FILE PLACE, a line each.
list() {
	echo "755 $1/stanch $prefix/bin/stanch"
	for file in "$1"/stanch-*; do
		case $file in
		*.so) echo "644 $file $prefix/lib/stanch/${file##*/}" ;;
		*.*) ;;
		*) echo "755 $file $prefix/lib/stanch/${file##*/}" ;;
		esac
	done
	for page in "$1"/man/*.1; do
		echo "644 $page $share/man/man1/${page##*/}"
	done
	echo "644 $1/complete/stanch $share/bash-completion/completions/stanch"
	echo "644 $1/complete/_stanch $zsh/_stanch"
	echo "644 $1/complete/stanch.fish $share/fish/vendor_completions.d/stanch.fish"
	for page in LICENSE README.md CHANGELOG.md SECURITY.md; do
		echo "644 $page $docs/$page"
	done
	for page in scanner/manual/*; do
		echo "644 $page $docs/manual/${page##*/}"
	done
}

# A lean tree of directories is left as it was: only ours are removed.
remove() {
	while read -r _ _ place; do
		rm -f "${DESTDIR:-}$place"
	done
	for directory in "$prefix/lib/stanch" "$docs/manual" "$docs"; do
		rmdir "${DESTDIR:-}$directory" 2>/dev/null || :
	done
}

case $1 in
install)
	list "$2" | while read -r mode file place; do
		install -D -m "$mode" "$file" "${DESTDIR:-}$place"
	done ;;
uninstall) list "$2" | remove ;;
*)
	echo "install.sh: install or uninstall, not '$1'" >&2
	exit 2 ;;
esac
