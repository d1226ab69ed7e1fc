# Sourced by cases: a provider that revokes, a repository with an Azure DevOps
# token in its history and a GitHub token in its tree, and a policy.
# shellcheck shell=sh
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"

# policy_write [LINE...]: policy.toml; the lines stand above its tables.
policy_write() {
	{
		printf 'log = "%s/audit.log"\nhead = "%s/audit.head"\n' \
			"$PWD" "$PWD"
		for policy_line; do
			printf '%s\n' "$policy_line"
		done
		cat <<'TOML'
[allow]
owners = ["*"]
[[organizations]]
provider = "azure-devops"
name = "contoso"
credential = { env = "ADMINISTRATOR" }
TOML
	} >policy.toml
}

# loop_setup: the provider, the tokens in $pat and $hub, the repository.
loop_setup() {
	provider_start
	pat=$(token ado84 7)
	hub=$(token ghp 3)
	ADMINISTRATOR=administrators-own-secret
	export ADMINISTRATOR
	provider_token pat live "$pat"
	provider_token hub live "$hub"
	provider_token administrator live "$ADMINISTRATOR"
	git init -q repo
	printf 'org: https://dev.azure.com/contoso/x\npat: "%s"\n' "$pat" \
		>repo/a.yml
	git -C repo add .
	git -C repo -c user.name=a -c user.email=a@example.com \
		commit -qm one
	echo "t = '$hub'" >repo/b
	policy_write
}

# revocations [NAME]: how many calls revoked, or would have.
revocations() {
	if [ -e provider/revocations.jsonl ]; then
		grep -c "\"name\": \"${1:-}" provider/revocations.jsonl
	else
		echo 0
	fi
}

# no_secret FILE...: none of the files has a token or a credential.
no_secret() {
	for no_secret_file; do
		lacks "$no_secret_file" "$pat"
		lacks "$no_secret_file" "$hub"
		lacks "$no_secret_file" "$ADMINISTRATOR"
	done
}
