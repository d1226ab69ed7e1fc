#!/bin/sh
# chroot.sh [deb|source|docker]...: in fresh Debian 12 systems (debootstrap,
# minbase): the package installs, works and goes; the README's first command
# holds; the Dockerfile's steps run. Root, a Debian mirror, minutes.
# STANCH_DEB=FILE: this package instead of one that is built now.
# STANCH_BASE=FILE.tar: a minbase system made earlier, to save the time.
# STANCH_README_TESTS=1: the README's second command too (a quarter of an hour).
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" -eq 0 ] || { echo "chroot.sh: needs root" >&2; exit 2; }
work=$(mktemp -d /var/tmp/stanch-chroot.XXXXXX) || exit 2
trap 'rm -rf --one-file-system "$work"' EXIT
passed=0 failed=0

ok() {
	echo "ok: $1"
	passed=$((passed + 1))
}
bad() {
	echo "failed: $1"
	[ ! -f "$work/out" ] || tail -20 "$work/out"
	failed=$((failed + 1))
}

# fresh NAME: a system in $work/NAME.
fresh() {
	if [ ! -f "$work/base.tar" ] && [ -n "${STANCH_BASE:-}" ]; then
		ln -s "$STANCH_BASE" "$work/base.tar"
	elif [ ! -f "$work/base.tar" ]; then
		debootstrap --variant=minbase bookworm "$work/base" \
			http://deb.debian.org/debian >"$work/out" 2>&1 || {
			bad "debootstrap"
			exit 1
		}
		tar -C "$work" -cf "$work/base.tar" base
		rm -rf "$work/base"
	fi
	mkdir "$work/$1" && tar -C "$work/$1" --strip-components=1 \
		-xf "$work/base.tar"
	[ ! -f /etc/resolv.conf ] ||
		cp -L /etc/resolv.conf "$work/$1/etc/resolv.conf"
}

# inside NAME COMMAND: a shell command in it. Its mounts and processes are
# its own and end with it.
inside() {
	unshare -mpf sh -c 'mount -t proc proc "$1/proc" &&
		mount -t devpts -o newinstance,ptmxmode=0666 pts "$1/dev/pts" &&
		ln -sf pts/ptmx "$1/dev/ptmx" && mount -t tmpfs shm "$1/dev/shm" &&
		exec chroot "$1" sh -c "$2"' - "$work/$1" "$2" \
		>"$work/out" 2>&1
}

# step NAME CODE TEXT COMMAND
step() {
	inside "$1" "$4"
	code=$?
	if [ "$code" -eq "$2" ]; then
		ok "$3"
	else
		bad "$3: exit $code, not $2"
	fi
}

# prints NAME TEXT COMMAND: the command succeeds, and says TEXT.
prints() {
	if inside "$1" "$3" && grep -qF -- "$2" "$work/out"; then
		ok "$3"
	else
		bad "$3: no '$2'"
	fi
}

# clone_to DIRECTORY: a clone, with what is new in this tree.
clone_to() {
	git clone -q --no-hardlinks . "$1" && source_to "$1"
}

# source_to DIRECTORY: what git knows of this tree, and what is new in it.
source_to() {
	mkdir -p "$1"
	git ls-files -z -c -o --exclude-standard |
		tar --null -T - -cf - 2>/dev/null | tar -xf - -C "$1"
}

test_deb() {
	[ -n "${STANCH_DEB:-}" ] || make -s deb >/dev/null || {
		bad "make deb"
		return
	}
	fresh deb
	cp "${STANCH_DEB:-$(echo build/deb/stanch_*.deb)}" "$work/deb/root/"
	step deb 0 "the package installs" 'apt-get update -qq &&
		apt-get install -qq -y --no-install-recommends /root/stanch_*.deb'
	prints deb "stanch 0." 'stanch version'
	step deb 0 "every library is there" \
		'stanch version --json >/root/v; cat /root/v; ! grep absent /root/v'
	python3 tests/cli/tokens.py ghp >"$work/token"
	mkdir "$work/deb/root/leaky" "$work/deb/root/clean"
	echo "token = \"$(cat "$work/token")\"" >"$work/deb/root/leaky/a.py"
	echo "nothing" >"$work/deb/root/clean/a.py"
	step deb 0 "clean is 0" 'stanch scan /root/clean'
	step deb 1 "a token is 1" 'stanch scan /root/leaky'
	step deb 1 "an archive of Debian's own tar" \
		'tar -C /root -czf /root/a.tgz leaky && stanch scan /root/a.tgz'
	step deb 2 "misspelt is 2" 'stanch scan --histroy'
	git init -q "$work/deb/root/repo" &&
		cp "$work/deb/root/leaky/a.py" "$work/deb/root/repo" &&
		git -C "$work/deb/root/repo" add a.py &&
		git -C "$work/deb/root/repo" -c user.name=A -c user.email=a@b \
			commit -q -m one
	step deb 1 "a history, without git" 'stanch scan --history /root/repo'
	step deb 1 "a range by libgit2" \
		'stanch scan --range "HEAD^{/one}..HEAD" /root/repo; test $? -eq 0 &&
		stanch scan --history -q /root/repo'
	step deb 1 "an audit, by SQLite" \
		'stanch audit --store /root/audit.db dir:/root'
	step deb 0 "manual pages" 'ls /usr/share/man/man1/stanch-scan.1.gz \
		/usr/share/doc/stanch/manual/README.md'
	step deb 0 "it goes" 'apt-get purge -qq -y stanch &&
		! ls -d /usr/bin/stanch /usr/lib/stanch /usr/share/doc/stanch'
}

# The commands are read out of the README, so that it is what is tried.
readme_command() {
	sed -n '/^## Two commands/,/^## /s/^\(sh tests\/deps.sh[^#]*\).*/\1/p' \
		README.md | sed -n "$1p"
}

test_source() {
	fresh source
	clone_to "$work/source/root/stanch"
	step source 0 "README: $(readme_command 1)" \
		"cd /root/stanch && $(readme_command 1)"
	tail -3 "$work/out"
	[ -z "${STANCH_README_TESTS:-}" ] ||
		step source 0 "README: $(readme_command 2)" \
			"cd /root/stanch && $(readme_command 2)"
	tail -3 "$work/out"
}

# The few instructions that our Dockerfile uses, by hand.
test_docker() {
	stage=0 user=root directory=/
	while read -r word rest; do
		case $word in
		FROM)
			stage=$((stage + 1)) user=root directory=/
			fresh "stage$stage" ;;
		WORKDIR)
			directory=$rest
			mkdir -p "$work/stage$stage$directory" ;;
		COPY)
			case $rest in
			--from=build\ *)
				# shellcheck disable=SC2086
				set -- $rest
				mkdir -p "$work/stage$stage$3"
				cp -r "$work/stage1$2." "$work/stage$stage$3" ;;
			". "*) source_to "$work/stage$stage${rest#. }" ;;
			*) bad "COPY $rest: unknown here" ;;
			esac ;;
		RUN) step "stage$stage" 0 "RUN $rest" "cd $directory && $rest" ;;
		USER) user=$rest ;;
		ENTRYPOINT | CMD | '#'* | '') ;;
		*) bad "$word: unknown here" ;;
		esac
	done <Dockerfile
	echo "token = \"$(python3 tests/cli/tokens.py ghp)\"" \
		>"$work/stage$stage/src/a.py"
	step "stage$stage" 1 "the container's program, as its user" \
		"exec setpriv --reuid $user --regid $user --clear-groups stanch scan /src"
	step "stage$stage" 0 "no compiler in the last stage" '! which gcc cc'
}

[ $# -gt 0 ] || set -- deb source docker
for part in "$@"; do
	"test_$part"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
