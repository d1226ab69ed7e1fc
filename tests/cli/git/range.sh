. "$TESTS/repos.sh"
# What commits bring anew, each attributed inside the range.
repo r
for i in 1 2 3 4 5; do
	{ cat r/f 2>/dev/null; token ghp $i; echo; } >r/f.new
	mv r/f.new r/f
	commit r "number $i"
	git -C r tag "v$i"
done
git -C r tag -a -m "annotated" noted
range() {
	scan "$1" out r --range "$2"
	found out "$3"
}
range 1 HEAD~1..HEAD 1
has out line 5
has out commit.subject "number 5"
has out in_head true
range 1 HEAD~3..HEAD 3
range 1 HEAD~3..HEAD~1 2
has out commit.subject "number 3"
has out commit.subject "number 4"
range 1 v2..v3 1
range 1 v2.. 3
range 0 ..v2 0
range 1 v2..noted 3
range 1 'v1..v5^{commit}' 4
range 1 "$(git -C r rev-parse --short HEAD~2)..main" 2
range 1 refs/heads/main^..@ 1
range 0 HEAD..HEAD~2 0
range 1 HEAD~2...HEAD 2
range 1 "$(printf '%040d' 0)..HEAD~3" 2
# Two branches; three dots is what either has.
git -C r checkout -q -b side v3
token npm 1 >r/side
commit r side
range 1 main..side 1
range 1 side..main 2
range 1 main...side 3
# A secret that stood in the parent's file is old, also after a move.
git -C r checkout -q main
git -C r mv f g
echo more >>r/g
commit r moved
range 0 HEAD~1..HEAD 0
# Messages count, and names.
git -C r commit -q --allow-empty -m "see $(token gho 1)"
range 1 HEAD~1..HEAD 1
has out source message
mkdir "r/$(token ghp 9)"
echo x >"r/$(token ghp 9)/x"
commit r "a name"
range 1 HEAD~1..HEAD 1
# What is no range, or not there.
for bad in HEAD main 'nothing..HEAD' 'HEAD~99..HEAD' 'HEAD..'"$(printf %040d 1)"
do
	expect 2 "$STANCH" scan --range "$bad" r 2>err
	holds err "read the range"
done
