#!/bin/sh
# gate.sh [OPTION...]: `stanch ci`, with the program that is in PATH, or else
# built from the sources that this file belongs to (never from the checkout
# that is judged).
set -eu
if ! command -v stanch >/dev/null 2>&1; then
	source=$(cd "$(dirname "$0")/../.." && pwd)
	if [ ! -x "$source/build/release/stanch" ]; then
		sh "$source/tests/deps.sh" build
		make -s -C "$source" -j"$(nproc)"
	fi
	PATH=$source/build/release:$PATH
	export PATH
fi
exec stanch ci "$@"
