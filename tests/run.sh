#!/bin/sh
# run.sh check|test|long: all suites of a kind, one after another. Each suite ends
# with a line "N passed, N failed[, N skipped]"; the last line here sums them.
# A suite that fails without such a line (a crash, a build) is one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
kind=${1:-check}
jobs=$(nproc 2>/dev/null || echo 1)
[ "$jobs" -le 4 ] || jobs=4
out=$(mktemp) || exit 1
trap 'rm -f "$out" "$out.status"' EXIT
passed=0 failed=0 skipped=0 bad=
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}"

# suite NAME COMMAND...
suite() {
	name=$1
	shift
	started=$(date +%s)
	{ "$@" 2>&1; echo $? >"$out.status"; } | tee "$out"
	status=$(cat "$out.status")
	# Every closing line counts: a suite may run several programs.
	counts=$(awk '
		/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
			p += $1; f += $3; s += $5; seen = 1
		}
		END { print p + 0, f + 0, s + 0, seen + 0 }' "$out")
	# shellcheck disable=SC2086
	set -- $counts
	if [ "$4" -eq 0 ] && [ "$status" -eq 0 ]; then
		set -- 1 0 0
	elif [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then
		set -- "$1" 1 "$3"
	fi
	passed=$((passed + $1)) failed=$((failed + $2))
	skipped=$((skipped + $3))
	[ "$2" -eq 0 ] || bad="$bad
    $name: $2 failed"
	echo "-- $name: $1 passed, $2 failed, $3 skipped," \
		"$(($(date +%s) - started)) s"
}

build() {
	make -s -j"$jobs" CONFIG="$1" all
}

# units CONFIG: build and run each; one that does not build fails alone.
units() {
	for source in tests/unit/*_test.c; do
		unit=build/$1/unit/$(basename "$source" .c)
		if make -s CONFIG="$1" "$unit"; then
			"$unit" >"$unit.out" 2>&1
			unit_status=$?
			grep -q '^[0-9]* passed, [0-9]* failed$' "$unit.out" ||
				echo "0 passed, 1 failed" >>"$unit.out"
			[ "$unit_status" -eq 0 ] || echo "in $unit:"
			cat "$unit.out"
		else
			echo "$unit does not build"
			echo "0 passed, 1 failed"
		fi
	done
}

rules_test() {
	"$1" rules test >"$out.rules" 2>&1
	rules_status=$?
	cat "$out.rules"
	awk '/ rules, .* examples, .* failed$/ {
		print $3 - $5 " passed, " $5 " failed"
	}' "$out.rules"
	rm -f "$out.rules"
	return $rules_status
}

# self: stanch finds nothing in its own repository.
self() {
	build/release/stanch scan --worktree . || return 1
	echo "1 passed, 0 failed"
}

# differential: the naive search agrees, on text that every Debian has; a part
# for each processor.
differential() {
	make -s build/release/property/differential || return 1
	for part in 0 1; do
		build/release/property/differential -m "$1" -p $part/2 \
			/usr/include /usr/share/doc /usr/lib/python3 \
			>"$out.$part" 2>&1 &
	done
	wait
	cat "$out.0" "$out.1"
	rm -f "$out.0" "$out.1"
}

# papers: manual pages and completions, by the programs that read them.
papers() {
	make -s papers && tests/package/papers.py build/release
}

property() {
	make -s build/release/property/split_test &&
		build/release/property/split_test && tests/property/run
}

accuracy() {
	make -s build/release/property/examples && corpus/run
}

# providers: each rule's questions, and forty answers that prove nothing.
providers() {
	make -s build/release/property/examples && tests/provider/run
}

fault() {
	make -s build/release/fault/fail.so && tests/fault/run "$@"
}

# repositories CONFIG OPTION...: scans of repositories, against git's own view.
repositories() {
	config=$1
	shift
	make -s CONFIG="$config" build/"$config"/property/objects \
		build/"$config"/property/naive build/"$config"/property/flip \
		build/"$config"/micro/libgit2_bench &&
		tests/git/run --jobs "$jobs" --binary build/"$config"/stanch "$@"
}

# tsan: the rooms that threads share, and the program with eight of them.
tsan() {
	for room in detect leaks share engine; do
		unit=build/tsan/unit/${room}_test
		make -s CONFIG=tsan "$unit" || echo "0 passed, 1 failed"
		"$unit" || echo "0 passed, 1 failed"
	done
	tests/cli/run --jobs 1 --slow 60 --binary build/tsan/stanch \
		scan/jobs scan/archives scan/windows scan/same-content \
		exit/findings exit/incomplete git/refs git/range git/staged \
		git/index git/clone git/bundle git/missing \
		audit/basic audit/settings audit/list audit/two
	tests/git/run --binary build/tsan/stanch findings_test.threads \
		matrix.loose matrix.small_packs matrix_test.submodule \
		attribution hostile.names hostile.cycle_of hostile.bad_deltas
}

# package: built elsewhere, the same bytes; what is in it.
package() {
	make -s all papers && tests/package/deb.sh build/release &&
		tests/package/sbom.py && tests/package/static.sh
}

style() {
	suite "headers" sh tests/style/headers.sh
	suite "layers" sh tests/style/layers.sh
	suite "size" sh tests/style/size.sh
	suite "text" sh tests/style/text.sh
	suite "symbols" sh tests/style/symbols.sh build/release
	suite "pages" tests/style/pages.py build/release/stanch
}

suite "build release" build release
style
suite "branches" tests/coverage/run
suite "unit, debug" units debug
if [ "$kind" != check ]; then
	suite "build asan" build asan
	suite "unit, asan" units asan
fi
suite "rules test" rules_test build/release/stanch
suite "rules lint" build/release/stanch rules lint
suite "command line, release" tests/cli/run --jobs "$jobs" \
	--binary build/release/stanch
[ "$kind" = check ] || suite "command line, asan" tests/cli/run \
	--jobs "$jobs" --slow 30 --binary build/asan/stanch
suite "page in a browser" tests/page/run
suite "papers" papers
[ "$kind" = check ] || suite "package" package
suite "own repository" self
[ "$kind" = check ] || suite "repositories, release" repositories release
[ "$kind" = check ] || suite "repositories, asan" repositories asan --lean
suite "accuracy" accuracy
if [ "$kind" != check ]; then
	suite "providers" providers
	suite "property" property
	suite "kill" tests/kill/run 60
	suite "kill, endpoint" tests/kill/partner 30
	suite "differential" differential 20
	suite "faults" fault
	suite "fuzz replay" env FUZZ_SECONDS=5 tests/fuzz/run replay
	suite "build tsan" build tsan
	suite "tsan" tsan
fi
if [ "$kind" = long ]; then
	suite "every fault" fault --all
	suite "fuzz" env FUZZ_SECONDS=60 tests/fuzz/run
	suite "command line, long" tests/cli/run --long --jobs 1 \
		--slow 600 long/
	suite "audits, long" make -s audit-long
fi

[ -z "$bad" ] || echo "failed suites:$bad"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
