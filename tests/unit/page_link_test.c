/* page/link: addresses of lines, from remotes that lie. */
#include "page/link.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef01234567"

static bytes line_of(const char *remote, const char *path, uint32_t line,
	uint32_t end_line, struct buf *out)
{
	const struct link_target t = {bytes_text(ID), bytes_text(path), line,
		end_line};
	struct link link;
	bool is_made;

	link_init(&link, bytes_text(remote));
	is_made = link_line(&link, &t, out);
	link_release(&link);
	return is_made ? buf_bytes(out) : bytes_text("");
}

static void test_hosts(void)
{
	static const struct {
		const char *remote, *want;
	} cases[] = {
		{"https://github.com/o/n.git",
			"https://github.com/o/n/blob/" ID "/src/a%20b.c#L3"},
		{"git@github.com:o/n.git",
			"https://github.com/o/n/blob/" ID "/src/a%20b.c#L3"},
		{"ssh://git@github.com:22/o/n",
			"https://github.com/o/n/blob/" ID "/src/a%20b.c#L3"},
		{"https://user:pass@GitHub.com/o/n/",
			"https://github.com/o/n/blob/" ID "/src/a%20b.c#L3"},
		{"https://gitlab.com/g/sub/n.git",
			"https://gitlab.com/g/sub/n/-/blob/" ID
			"/src/a%20b.c#L3"},
		{"https://dev.azure.com/org/My%20Project/_git/n",
			"https://dev.azure.com/org/My%20Project/_git/n"
			"?path=/src/a%20b.c&version=GC" ID "&line=3&lineEnd=3"
			"&lineStartColumn=1&lineEndColumn=9999&_a=contents"},
		{"git@ssh.dev.azure.com:v3/org/proj/n",
			"https://dev.azure.com/org/proj/_git/n"
			"?path=/src/a%20b.c&version=GC" ID "&line=3&lineEnd=3"
			"&lineStartColumn=1&lineEndColumn=9999&_a=contents"},
		{"https://org.visualstudio.com/proj/_git/n",
			"https://org.visualstudio.com/proj/_git/n"
			"?path=/src/a%20b.c&version=GC" ID "&line=3&lineEnd=3"
			"&lineStartColumn=1&lineEndColumn=9999&_a=contents"},
		{"https://codeberg.org/o/n",
			"https://codeberg.org/o/n/src/commit/" ID
			"/src/a%20b.c#L3"},
		{"https://bitbucket.org/o/n.git",
			"https://bitbucket.org/o/n/src/" ID
			"/src/a%20b.c#lines-3"},
	};
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_BYTES(line_of(cases[i].remote, "src/a b.c", 3, 3, &out),
			bytes_text(cases[i].want));
	CHECK_BYTES(line_of("https://github.com/o/n", "a.c", 3, 5, &out),
		bytes_text("https://github.com/o/n/blob/" ID "/a.c#L3-L5"));
	CHECK_BYTES(line_of("https://github.com/o/n", "a.md", 0, 0, &out),
		bytes_text("https://github.com/o/n/blob/" ID
			"/a.md?plain=1"));
	buf_release(&out);
}

static void test_lies(void)
{
	static const char *const remotes[] = {
		"", "x", "https://evil.example/o/n", "javascript:alert(1)",
		"https://github.com.evil.example/o/n",
		"https://evil.example/github.com/o/n",
		"https://github.com@evil.example/o/n",
		"https://github.com/../n", "https://github.com/o/..",
		"https://github.com/o/%2e%2e", "https://github.com/o/n%2fx",
		"https://github.com/o/n%0d%0a", "https://github.com/o/n%",
		"https://github.com/o/n%2", "https://github.com/o/\"><script>",
		"https://github.com/o/n'x", "https://github.com/o?x/n",
		"https://github.com/o/n#x", "https://github.com/only",
		"https://github.com/a/b/c", "file:///github.com/o/n",
		"ext::sh -c x", "-oProxyCommand=x:y", "/local/path",
		"git@github.com", "https://a.b.visualstudio.com/p/_git/n",
		"https://x\".visualstudio.com/p/_git/n",
		"https://dev.azure.com/org/proj/n",
	};
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(remotes) / sizeof(remotes[0]); i++) {
		bytes got = line_of(remotes[i], "a.c", 1, 1, &out);

		if (got.n)
			printf("  %s\n", remotes[i]);
		CHECK_EQUAL(got.n, 0);
	}
	/* Paths that are none of the repository's, and names that hurt. */
	CHECK_EQUAL(line_of("https://github.com/o/n", "/etc/x", 1, 1, &out).n,
		0);
	CHECK_EQUAL(line_of("https://github.com/o/n", "a/../b", 1, 1, &out).n,
		0);
	CHECK_EQUAL(line_of("https://github.com/o/n", "", 1, 1, &out).n, 0);
	CHECK_BYTES(line_of("https://github.com/o/n",
			    "\"><script>\n\xff?#%", 1, 1, &out),
		bytes_text("https://github.com/o/n/blob/" ID
			"/%22%3E%3Cscript%3E%0A%FF%3F%23%25#L1"));
	buf_release(&out);
}

static void test_commits(void)
{
	struct link link;
	struct buf out;

	buf_init(&out, 4096);
	link_init(&link, bytes_text("https://gitlab.com/g/n"));
	CHECK(link_commit(&link, bytes_text(ID), &out));
	CHECK_BYTES(buf_bytes(&out),
		bytes_text("https://gitlab.com/g/n/-/commit/" ID));
	CHECK(!link_commit(&link, bytes_text("HEAD"), &out));
	CHECK(!link_commit(&link, bytes_text(""), &out));
	link_release(&link);
	buf_release(&out);
}

static const struct unit_test tests[] = {
	{"each host has its addresses", test_hosts},
	{"a remote that lies has none", test_lies},
	{"commits have addresses, names of refs none", test_commits},
};
UNIT_MAIN(tests)
