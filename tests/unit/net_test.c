#include "net/frame.h"
#include "net/url.h"

#include "unit.h"

static bool parses(const char *text)
{
	struct net_url url;

	return net_url_parse(bytes_text(text), &url);
}

static void plain_urls(void)
{
	struct net_url url;

	CHECK(net_url_parse(bytes_text("https://api.github.com/user?a=b"),
		&url));
	CHECK_BYTES(url.host, bytes_text("api.github.com"));
	CHECK_BYTES(url.path, bytes_text("/user?a=b"));
	CHECK_EQUAL(url.port, 443);
	CHECK(net_url_parse(bytes_text("https://vault.example.com:8200"),
		&url));
	CHECK_EQUAL(url.port, 8200);
	CHECK_EQUAL(url.path.n, 0);
}

/* Spellings with which servers were talked into asking themselves; after
 * curl's libcurl-security page, and what parsers are known to differ on. */
static void odd_urls(void)
{
	static const char *const urls[] = {
		"http://api.github.com/", "HTTPS://api.github.com/",
		"ftp://api.github.com/", "file:///etc/passwd",
		"gopher://api.github.com/", "//api.github.com/",
		"https:/api.github.com/", "https:api.github.com/",
		"https:///api.github.com/", "https://", "https:///",
		"https://127.0.0.1/", "https://127.1/", "https://127.0.1/",
		"https://0/", "https://0.0.0.0/", "https://2130706433/",
		"https://0x7f000001/", "https://0x7f.0.0.1/",
		"https://0177.0.0.1/", "https://017700000001/",
		"https://127.0.0.1.:443/", "https://127.0.0.1./",
		"https://[::1]/", "https://[::]/",
		"https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
		"https://[fe80::1%25eth0]/", "https://[fd00:ec2::254]/",
		"https://[0:0:0:0:0:ffff:127.0.0.1]/",
		"https://169.254.169.254/latest/meta-data/",
		"https://2852039166/", "https://0xA9FEA9FE/",
		"https://localhost/", "https://LOCALHOST/",
		"https://api.github.com@127.0.0.1/",
		"https://127.0.0.1@api.github.com/",
		"https://user:pass@api.github.com/",
		"https://api.github.com:443@127.0.0.1/",
		"https://127.0.0.1#@api.github.com/",
		"https://127.0.0.1\\@api.github.com/",
		"https://api.github.com\\.evil.example/",
		"https://api.github.com%2eevil.example/",
		"https://api.github.com%00.evil.example/",
		"https://api.github.com%0d%0aHost:x/",
		"https://api.github.com\r\nHost: x/",
		"https://api.github.com /", "https:// api.github.com/",
		"https://api.github.com\t/", "https://api.github.com./",
		"https://.api.github.com/", "https://api..github.com/",
		"https://-api.github.com/", "https://api-.github.com/",
		"https://API.github.com/",
		"https://\xe2\x93\x94xample.com/", /* circled letters */
		"https://127\xe3\x80\x82" "0\xe3\x80\x82" "0\xe3\x80\x82" "1/",
		"https://api.github.com:/", "https://api.github.com:0/",
		"https://api.github.com:65536/",
		"https://api.github.com:0443/", "https://api.github.com:4 3/",
		"https://api.github.com:443:80/",
		"https://api.github.com?x", "https://api.github.com#x",
		"https://api.github.com/a#b", "https://api.github.com/a b",
		"https://api.github.com/a\\b", "https://api.github.com/../a",
		"https://api.github.com/a/./b",
		"https://api.github.com/%2e%2e/a",
		"https://api.github.com/.%2E/a", "https://github.0x7f/",
		"https://github.1/", "",
	};
	size_t n = sizeof(urls) / sizeof(urls[0]);

	CHECK(n >= 60);
	for (size_t i = 0; i < n; i++) {
		if (parses(urls[i]))
			printf("  parsed: %s\n", urls[i]);
		CHECK(!parses(urls[i]));
	}
	CHECK(!net_url_parse(bytes_of("https://a.example/\0x", 20),
		&(struct net_url){.port = 0}));
}

static bool allowed(const char *pattern, const char *host)
{
	static const char *const own[] = {"vault.example.com"};
	static const struct net_config config = {
		.hosts = own, .host_count = 1};

	return net_host_allowed(&config, &pattern, 1, bytes_text(host));
}

static void hosts(void)
{
	CHECK(allowed("api.github.com", "api.github.com"));
	CHECK(!allowed("api.github.com", "xapi.github.com"));
	CHECK(!allowed("api.github.com", "api.github.com.evil.example"));
	CHECK(allowed("*.myshopify.com", "shop-1.myshopify.com"));
	CHECK(!allowed("*.myshopify.com", "a.b.myshopify.com"));
	CHECK(!allowed("*.myshopify.com", "myshopify.com"));
	CHECK(!allowed("*.myshopify.com", ".myshopify.com"));
	CHECK(!allowed("*.myshopify.com", "evilmyshopify.com"));
	CHECK(allowed("@configured", "vault.example.com"));
	CHECK(!allowed("@configured", "other.example.com"));
	CHECK(!net_host_allowed(NULL, NULL, 0, bytes_text("a.example")));
}

static void frames(void)
{
	struct buf b;
	enum frame_kind kind;
	bytes fields;
	struct frame_reader r = {.failed = false};
	size_t begun;

	buf_init(&b, 1000);
	begun = frame_begin(&b, FRAME_ANSWER);
	frame_put_u32(&b, 7);
	frame_put_u64(&b, (uint64_t)1 << 40);
	frame_put_text(&b, "text");
	frame_end(&b, begun);
	for (size_t n = 0; n < b.n; n++)
		CHECK_EQUAL(frame_cut(bytes_of(b.at, n), &kind, &fields), 0);
	CHECK_EQUAL(frame_cut(buf_bytes(&b), &kind, &fields), b.n);
	CHECK_EQUAL(kind, FRAME_ANSWER);
	r.rest = fields;
	CHECK_EQUAL(frame_get_u32(&r), 7);
	CHECK_EQUAL(frame_get_u64(&r), (uint64_t)1 << 40);
	CHECK_BYTES(frame_get_bytes(&r), bytes_text("text"));
	CHECK(!r.failed);
	CHECK_EQUAL(frame_get_u32(&r), 0);
	CHECK(r.failed);
	CHECK_EQUAL(frame_cut(bytes_of("\xff\xff\xff\xff\1", 5), &kind,
			    &fields), BYTES_NONE);
	CHECK_EQUAL(frame_cut(bytes_of("\0\0\0\0\1", 5), &kind, &fields),
		BYTES_NONE);
	buf_release(&b);
}

static const struct unit_test tests[] = {
	{"a plain https URL is taken apart", plain_urls},
	{"any other spelling is no URL", odd_urls},
	{"a host is allowed by a pattern, never by a part of one", hosts},
	{"a frame is whole or not there; fields end with it", frames},
};

UNIT_MAIN(tests)
