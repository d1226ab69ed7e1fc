/*
 * Policies: the example loads, what is wrong is named with its place, and
 * what is decided follows from the narrowest word.
 */
#include "policy/policy.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct policy *parse(const char *text)
{
	struct policy *p = NULL;
	struct error err = {0};

	if (policy_parse("p", bytes_text(text), &p, &err))
		printf("  %s\n", err.text);
	CHECK(p != NULL);
	return p;
}

static void test_example(void)
{
	struct policy *p = NULL;
	struct error err = {0};
	struct policy_switches s;

	CHECK(chmod("scanner/manual/policy.toml", 0644) == 0);
	CHECK_EQUAL(policy_load("scanner/manual/policy.toml", &p, &err), OK);
	CHECK_TEXT(err.text, "");
	CHECK_TEXT(p->log, "/var/lib/stanch/audit.log");
	CHECK_EQUAL(p->organization_count, 2);
	CHECK_EQUAL(p->webhook_count, 2);
	CHECK_EQUAL(p->mail.port, 587);
	CHECK_EQUAL(p->confirm_within, 300);
	CHECK_TEXT(p->organizations[1].credential.command[1], "show");
	CHECK(p->organizations[1].credential.command[3] == NULL);
	s = policy_for(p, "azure-devops", "EXAMPLE-test");
	CHECK_EQUAL(s.grace, 72 * 3600);
	CHECK_EQUAL(s.revoke, POLICY_ON);
	CHECK_EQUAL(policy_for(p, "slack", NULL).revoke, POLICY_OFF);
	CHECK_EQUAL(policy_for(p, "slack", NULL).notify, POLICY_ON);
	policy_free(p);
}

static void test_defaults(void)
{
	struct policy *p = parse("log = '/l'");
	struct policy_switches s = policy_for(p, "github", NULL);

	CHECK_EQUAL(s.revoke, POLICY_ON);
	CHECK_EQUAL(s.notify, POLICY_ON);
	CHECK_EQUAL(s.grace, 0);
	CHECK_EQUAL(s.min_confidence, CONFIDENCE_HIGH);
	CHECK_EQUAL(p->max_revocations, 20);
	CHECK(!policy_is_stopped(p));
	policy_free(p);
}

/* A policy and what its error must say. */
static const struct {
	const char *text, *says;
} wrong[] = {
	{"", "names no audit log"},
	{"log = 'l'", "absolute path"},
	{"log = ''", "is empty"},
	{"log = 7", "must be a string"},
	{"log = '/l'\nrevok = false", "p:2:1: 'revok' is no key of a policy; "
		"did you mean 'revoke'?"},
	{"log = '/l'\nzzzzzzzzzz = false", "'zzzzzzzzzz' is no key of a "
		"policy"},
	{"log = '/l'\nrevoke = 'no'", "must be true or false"},
	{"log = '/l'\ngrace = '3 days'", "must be a time"},
	{"log = '/l'\ngrace = 'd'", "must be a time"},
	{"log = '/l'\ngrace = '9999d'", "must be a time"},
	{"log = '/l'\ngrace = '-1h'", "must be a time"},
	{"log = '/l'\ngrace = -1", "must be from 0"},
	{"log = '/l'\nminConfidence = 'hihg'", "did you mean 'high'?"},
	{"log = '/l'\n[[providers]]\nrevoke = false", "without a name"},
	{"log = '/l'\n[[providers]]\nname = 'x'\nrevoked = false",
		"'revoked' is no key of a provider; did you mean 'revoke'?"},
	{"log = '/l'\n[providers]\nname = 'x'", "must be an array"},
	{"log = '/l'\n[[organizations]]\nname = 'x'", "without provider"},
	{"log = '/l'\n[[organizations]]\nname = 'x'\nprovider = 'y'\n"
	 "credential = 'inline'", "must not be written here"},
	{"log = '/l'\n[[organizations]]\nname = 'x'\nprovider = 'y'\n"
	 "credential = {}", "either env or command"},
	{"log = '/l'\n[[organizations]]\nname = 'x'\nprovider = 'y'\n"
	 "credential = { env = 'A', command = ['/b'] }",
		"either env or command"},
	{"log = '/l'\n[[organizations]]\nname = 'x'\nprovider = 'y'\n"
	 "credential = { command = ['pass'] }", "absolute path of a program"},
	{"log = '/l'\n[[organizations]]\nname = 'x'\nprovider = 'y'\n"
	 "credential = { command = [] }", "absolute path of a program"},
	{"log = '/l'\n[mail]\nserver = 'x'", "needs server and from"},
	{"log = '/l'\n[mail]\nserver = 'x'\nfrom = 'a@b'",
		"address of the security team"},
	{"log = '/l'\n[mail]\nserver = 'x'\nfrom = 'a@b'\nto = ['c@d']\n"
	 "user = 'u'", "user and password, or neither"},
	{"log = '/l'\n[mail]\nserver = 'x'\nfrom = 'a@b'\nto = ['c@d']\n"
	 "user = 'u'\npassword = { env = 'P' }\nsecurity = 'plain'",
		"in the clear"},
	{"log = '/l'\n[mail]\nserver = 'x'\nport = 70000", "from 1 to 65535"},
	{"log = '/l'\n[mail]\nserver = 'x'\npassword = 'hunter2'",
		"must not be written here"},
	{"log = '/l'\n[mail]\nserver = \"x\\u000d\\u000aRCPT\"",
		"control character"},
	{"log = '/l'\n[[webhooks]]\nurl = 'https://x'", "without a kind"},
	{"log = '/l'\n[[webhooks]]\nkind = 'slack'", "either url or urlFrom"},
	{"log = '/l'\n[[webhooks]]\nkind = 'slack'\nurl = 'http://x'",
		"https://"},
	{"log = '/l'\n[[webhooks]]\nkind = 'generic'\nurl = 'https://x'",
		"without a key"},
	{"log = '/l'\n[splunk]\nurl = 'https://x'", "needs url and token"},
	{"log = '/l'\n[allow]\nowner = []", "did you mean 'owners'?"},
	{"log = '/l'\n[deny]\nowners = 'x'", "must be an array"},
	{"log = '/l'\n[deny]\nowners = [1]", "must be a string"},
	{"log = '/l'\ngrace = '1h'", "nobody is told"},
	{"log = '/l'\n[[providers]]\nname = 'x'\ngrace = '1h'",
		"nobody is told"},
	{"log = ", "p:1:"},
};

static void test_wrong(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct policy *p = NULL;
		struct error err = {0};

		CHECK_EQUAL(policy_parse("p", bytes_text(wrong[i].text), &p,
			&err), ERR_USAGE);
		CHECK(p == NULL);
		if (strstr(err.text, wrong[i].says) == NULL) {
			printf("  [%s]\n  says [%s]\n", wrong[i].text,
				err.text);
			CHECK(!"the error says what is wrong");
		}
		CHECK(strstr(err.text, "hunter2") == NULL);
	}
}

static void test_owners(void)
{
	struct policy *p = parse("log = '/l'\n"
		"[allow]\nowners = ['*@corp.example', 'bot*x']\n"
		"organizations = ['corp*']\n"
		"[deny]\nowners = ['ceo@corp.example']\n"
		"organizations = ['corp-old']\n"
		"[[organizations]]\nprovider = 'azure-devops'\n"
		"name = 'ours'\n");
	static const struct {
		struct policy_who who;
		enum policy_owner is;
	} rows[] = {
		{{"github", NULL, NULL, NULL, NULL}, POLICY_OWNER_UNKNOWN},
		{{"github", NULL, "eve", NULL, NULL}, POLICY_OWNER_OTHER},
		{{"github", NULL, "eve", "E@CORP.example", NULL},
			POLICY_OWNER_ALLOWED},
		{{"github", NULL, "e@corp.example.evil", NULL, NULL},
			POLICY_OWNER_OTHER},
		{{"github", NULL, "botx", NULL, NULL}, POLICY_OWNER_ALLOWED},
		{{"github", NULL, "bot7x", NULL, NULL}, POLICY_OWNER_ALLOWED},
		{{"github", NULL, "bot7", NULL, NULL}, POLICY_OWNER_OTHER},
		{{"github", NULL, NULL, "ceo@corp.example", NULL},
			POLICY_OWNER_DENIED},
		{{"github", "corp-old", NULL, "a@corp.example", NULL},
			POLICY_OWNER_DENIED},
		{{"github", "corp", NULL, NULL, NULL}, POLICY_OWNER_ALLOWED},
		{{"github", "evil", NULL, NULL, NULL}, POLICY_OWNER_OTHER},
		{{"azure-devops", "Ours", "x", NULL, NULL},
			POLICY_OWNER_ALLOWED},
		{{"github", "ours", "x", NULL, NULL}, POLICY_OWNER_OTHER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_EQUAL(policy_owner(p, &rows[i].who), rows[i].is);
	policy_free(p);
	p = parse("log = '/l'\n[allow]\nowners = ['*']\n");
	CHECK_EQUAL(policy_owner(p, &rows[0].who), POLICY_OWNER_ALLOWED);
	policy_free(p);
	p = parse("log = '/l'\n[allow]\nowners = ['**']\n");
	CHECK_EQUAL(policy_owner(p, &rows[0].who), POLICY_OWNER_UNKNOWN);
	policy_free(p);
}

static void test_denied_tokens(void)
{
	struct policy *p = parse("log = '/l'\n[deny]\n"
		"fingerprints = ['a:b', 'c3']\nawsAccounts = ['1']\n");

	CHECK(policy_denies_token(p, "a:b", "x"));
	CHECK(policy_denies_token(p, "z", "c3"));
	CHECK(!policy_denies_token(p, "z", "x"));
	CHECK(!policy_denies_token(p, NULL, NULL));
	CHECK(policy_denies_account(p, "1"));
	CHECK(!policy_denies_account(p, "2"));
	policy_free(p);
}

static void test_kill_switch(void)
{
	char name[] = "/tmp/policy.XXXXXX", text[100];
	int fd = mkstemp(name);
	struct policy *p;

	snprintf(text, sizeof(text), "log = '/l'\nkillSwitch = '%s'", name);
	p = parse(text);
	CHECK(policy_is_stopped(p));
	close(fd);
	unlink(name);
	CHECK(!policy_is_stopped(p));
	/* What is no directory cannot be looked into. */
	p->kill_switch = "/dev/null/stop";
	CHECK(policy_is_stopped(p));
	policy_free(p);
}

static void test_providers(void)
{
	static const char *const known[] = {"github", "slack"};
	struct policy *p = parse("log = '/l'\n[[providers]]\nname = 'github'");
	struct error err = {0};

	CHECK_EQUAL(policy_check_providers(p, known, 2, &err), OK);
	policy_free(p);
	p = parse("log = '/l'\n[[providers]]\nname = 'gihub'\nrevoke = false");
	CHECK_EQUAL(policy_check_providers(p, known, 2, &err), ERR_USAGE);
	CHECK(strstr(err.text, "gihub") != NULL);
	policy_free(p);
}

static void test_secrets(void)
{
	static const char *const good[] = {"/bin/sh", "-c",
		"echo s3cret; echo more", NULL};
	static const char *const bad[] = {"/bin/sh", "-c", "exit 3", NULL};
	static const char *const none[] = {"/nonexistent/x", NULL};
	static const char *const silent[] = {"/bin/true", NULL};
	struct policy_secret s = {.env = "STANCH_TEST_SECRET"};
	struct error err = {0};
	struct buf out;

	CHECK(setenv("STANCH_TEST_SECRET", "abc", 1) == 0);
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), OK);
	CHECK_TEXT(buf_text(&out), "abc");
	buf_release_wiped(&out);
	CHECK(setenv("STANCH_TEST_SECRET", "a\r\nX: b", 1) == 0);
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), ERR_USAGE);
	CHECK(unsetenv("STANCH_TEST_SECRET") == 0);
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), ERR_USAGE);
	CHECK(strstr(err.text, "STANCH_TEST_SECRET is not set") != NULL);
	s = (struct policy_secret){.command = good};
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), OK);
	CHECK_TEXT(buf_text(&out), "s3cret");
	buf_release_wiped(&out);
	s.command = bad;
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), ERR_USAGE);
	s.command = none;
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), ERR_USAGE);
	s.command = silent;
	CHECK_EQUAL(policy_read_secret(&s, "it", &out, &err), ERR_USAGE);
}

static void test_places(void)
{
	char top[] = "/tmp/policy.XXXXXX", git[64], sub[64], file[64];
	struct error err = {0};
	int fd;

	CHECK(mkdtemp(top) != NULL);
	snprintf(git, sizeof(git), "%s/.git", top);
	snprintf(sub, sizeof(sub), "%s/sub", top);
	snprintf(file, sizeof(file), "%s/policy.toml", top);
	CHECK(mkdir(git, 0700) == 0 && mkdir(sub, 0700) == 0);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0);
	close(fd);
	/* in the target; in the repository of the target; out of both */
	CHECK_EQUAL(policy_check_place(file, top, &err), ERR_USAGE);
	CHECK_EQUAL(policy_check_place(file, sub, &err), ERR_USAGE);
	CHECK_EQUAL(policy_check_place(file, "/", &err), ERR_USAGE);
	CHECK_EQUAL(policy_check_place(file, "-", &err), OK);
	CHECK_EQUAL(policy_check_place("/etc/passwd", top, &err), OK);
	unlink(file);
	CHECK(rmdir(git) == 0 && rmdir(sub) == 0 && rmdir(top) == 0);
}

static const struct unit_test tests[] = {
	{"the documented example loads, and says what it says", test_example},
	{"by default leaks are told and revoked", test_defaults},
	{"what is wrong is named with its place", test_wrong},
	{"whose a token is: deny before allow", test_owners},
	{"fingerprints and accounts can be denied", test_denied_tokens},
	{"a kill switch stops, also one that cannot be looked at",
		test_kill_switch},
	{"an unknown provider is an error", test_providers},
	{"credentials come from variables and programs", test_secrets},
	{"a policy in what is scanned is refused", test_places},
};
UNIT_MAIN(tests)
