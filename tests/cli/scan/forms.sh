. "$TESTS/lib.sh"
# every way in which an Azure DevOps PAT is known to leak
mkdir tree
python3 "$TESTS/forms.py" "$STANCH" tree
