. "$TESTS/repos.sh"
repo r
for year in 2019 2021 2023; do
	export GIT_COMMITTER_DATE="$year-06-01T12:00:00+00:00"
	token ghp $year >"r/f$year"
	commit r "of $year"
done
git -C r checkout -q -b side HEAD~1
token npm 1 >r/side
commit r "on a branch"
git -C r checkout -q main
scan 1 out r --since 2022-01-01
found out 2
has out path r/f2023
has out path r/side
scan 1 out r --since 2020-01-01T00:00:00Z
found out 3
scan 1 out r --since 2023-06-01T14:00:00+02:00
found out 2
scan 0 out r --since "2023-06-01 12:00:01 +0000"
found out 0
scan 0 out r --since "2 weeks ago"
expect 2 "$STANCH" scan --since "last summer" r 2>err
holds err "2 weeks ago"
