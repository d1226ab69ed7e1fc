/* Dates, links, targets and addresses as forges and people write them. */
#include "unit.h"

#include "census/internal.h"

#include "base/banned.h"

static int64_t date(const char *text)
{
	return census_date(bytes_text(text));
}

static void dates(void)
{
	CHECK_EQUAL(date("1970-01-02T00:00:00Z"), 86400);
	CHECK_EQUAL(date("1970-01-02T02:00:00+02:00"), 86400);
	CHECK_EQUAL(date("1970-01-01T23:30:00.123456-0030"), 86400);
	CHECK_EQUAL(date("1970-01-02"), 0);
	CHECK_EQUAL(date("yesterday, about noon"), 0);
	CHECK_EQUAL(date("1066-10-14T09:00:00Z"), 0);
	CHECK_EQUAL(date(""), 0);
}

static void check_link(const char *link, const char *want)
{
	const struct net_header header = {bytes_text("Link"),
		bytes_text(link)};
	const struct net_answer answer = {.headers = &header,
		.header_count = 1};
	struct buf next;
	const struct census_page page = {.answer = &answer, .next = &next};

	buf_init(&next, CENSUS_URL);
	census_next_link(&page);
	CHECK_TEXT(buf_text(&next), want);
	buf_release(&next);
}

static void links(void)
{
	check_link("<https://h/a?page=1>; rel=\"prev\", "
		   "<https://h/a?page=3>; rel=\"next\"", "https://h/a?page=3");
	check_link("<u>; rel=next", "u");
	check_link("<u>; title=\"x\"; REL=\"NEXT\", <v>; rel=\"last\"", "u");
	check_link("<u>; rel=\"last\"", "");
	check_link("<u", "");
	check_link("", "");
	check_link("<u>,<v>;;rel=\"next\"", "v");
}

static bool is_target(const char *text)
{
	struct census_target t;

	return census_target_read(text, &t, NULL) == OK;
}

static void targets(void)
{
	static const char *const bad[] = {"github:", "github:a/b", "github:..",
		"github:https://h.example.com", "github:http://h.example.com/o",
		"github:https://127.0.0.1/o", "github:https://u@h.example.com/o",
		"github:https://h.example.com:0/o", "gitlab:a//b", "gitlab:a/.b",
		"azure:a/b/c", "gitea:org", "gitea:localhost/org",
		"bitbucket:https://h.example.com/w", "gitlab:a%2e", "github:a?b"};
	struct census_target t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!is_target(bad[i]));
	CHECK_EQUAL(census_target_read("github:acme/", &t, NULL), OK);
	CHECK_TEXT(t.api, "https://api.github.com");
	CHECK_TEXT(t.path, "acme");
	CHECK_EQUAL(census_target_read("azure:https://ado.example.com/tfs/C/P",
		&t, NULL), OK);
	CHECK_TEXT(t.api, "https://ado.example.com/tfs");
	CHECK_TEXT(t.path, "C/P");
	CHECK_EQUAL(census_target_read("gitea:h.example.com:8443/o", &t, NULL),
		OK);
	CHECK_TEXT(t.api, "https://h.example.com:8443/api/v1");
	CHECK_TEXT(t.host, "h.example.com:8443");
}

static void ours(void)
{
	static struct census c;
	static const char *const not_ours[] = {
		"http://h.example.com/api/v3/x", "https://h.example.com/x",
		"https://h.example.com/api/v3x", "https://h.example.com/api/v3",
		"https://h.example.com:444/api/v3/x",
		"https://h.example.com.evil.example/api/v3/x",
		"https://evil.example@h.example.com/api/v3/x",
		"https://h.example.com/api/v3/../x", "/api/v3/x", ""};

	CHECK_EQUAL(census_target_read("github:https://h.example.com/o",
		&c.target, NULL), OK);
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		CHECK(!census_is_ours(&c, bytes_text(not_ours[i])));
	CHECK(census_is_ours(&c,
		bytes_text("https://h.example.com/api/v3/x?page=2")));
}

static const struct unit_test tests[] = {
	{"dates are read with their zones", dates},
	{"the next page is found among links", links},
	{"targets are names, and hosts plain", targets},
	{"only the target's own addresses are asked for", ours},
};

UNIT_MAIN(tests)
