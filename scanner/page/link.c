#include "page/link.h"

#include "base/banned.h"

/* Names in a path: owner, groups, repository. */
#define PARTS_MAX 20
#define BASE_MAX ((size_t)2048)
#define ADDRESS_MAX ((size_t)16 << 10)

static const struct {
	const char *name;
	enum link_host host;
} hosts[] = {
	{"github.com", LINK_GITHUB},
	{"gitlab.com", LINK_GITLAB},
	{"dev.azure.com", LINK_AZURE},
	{"ssh.dev.azure.com", LINK_AZURE},
	{"gitea.com", LINK_GITEA},
	{"codeberg.org", LINK_GITEA},
	{"code.forgejo.org", LINK_GITEA},
	{"bitbucket.org", LINK_BITBUCKET},
};

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

/* As RFC 3986 wants the parts of a path. */
static void put_encoded(struct buf *out, bytes text, const char *also)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.at[i];

		if (is_plain(c) || (c && strchr(also, c)))
			buf_put_byte(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%20" to ' ', so that it is encoded once and not twice. */
static bool decode(bytes text, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.at[i] != '%') {
			buf_put_byte(out, text.at[i]);
			continue;
		}
		high = i + 2 < text.n ? hex_digit(text.at[i + 1]) : -1;
		low = i + 2 < text.n ? hex_digit(text.at[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		buf_put_byte(out, (unsigned char)(high * 16 + low));
		i += 2;
	}
	return !out->failed;
}

/* A name of an owner or a repository: printable, and no way up. */
static bool is_name(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.at[i] < ' ' || name.at[i] == 0x7f ||
			(name.at[i] && strchr("/\\?#:@<>\"'", name.at[i])))
			return false;
	return name.n > 0 && name.n <= 255 &&
	       !bytes_equal(name, bytes_text(".")) &&
	       !bytes_equal(name, bytes_text(".."));
}

/* "scheme://user@host:port/path" or "user@host:path" to host and path. */
static bool split(bytes remote, bytes *host, bytes *path)
{
	static const char *const schemes[] = {"https://", "http://", "ssh://",
		"git://"};
	bytes rest = remote, head;
	size_t at;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		bytes scheme = bytes_text(schemes[i]);

		if (!bytes_equal_nocase(bytes_take(remote, scheme.n), scheme))
			continue;
		rest = bytes_drop(remote, scheme.n);
		if (!bytes_cut(rest, '/', &head, path))
			return false;
		while ((at = bytes_find_byte(head, '@')) != BYTES_NONE)
			head = bytes_drop(head, at + 1);
		(void)bytes_cut(head, ':', host, &rest);
		return host->n > 0;
	}
	if (bytes_find(remote, bytes_text("://")) != BYTES_NONE ||
		!bytes_cut(remote, ':', &head, path) ||
		bytes_find_byte(head, '/') != BYTES_NONE)
		return false;
	while ((at = bytes_find_byte(head, '@')) != BYTES_NONE)
		head = bytes_drop(head, at + 1);
	*host = head;
	return host->n > 0;
}

static enum link_host find_host(bytes name)
{
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (bytes_equal_nocase(name, bytes_text(hosts[i].name)))
			return hosts[i].host;
	/* Azure DevOps' older form: contoso.visualstudio.com */
	if (bytes_ends(name, bytes_text(".visualstudio.com")))
		return LINK_AZURE;
	return LINK_NONE;
}

/* The names of a path, decoded into `text`; 0 when one is not fit. */
static size_t cut_parts(bytes path, bytes parts[PARTS_MAX], struct buf *text)
{
	size_t n = 0;
	struct buf one;

	buf_init(&one, BASE_MAX);
	while (path.n) {
		bytes part;

		bytes_cut(path, '/', &part, &path);
		if (part.n == 0)
			continue;
		if (path.n == 0 && bytes_ends(part, bytes_text(".git")))
			part = bytes_take(part, part.n - 4);
		if (n == PARTS_MAX || !decode(part, &one) ||
			!is_name(buf_bytes(&one)) ||
			!buf_reserve(text, one.n)) {
			n = 0;
			break;
		}
		/* Room was made at the beginning: it does not move. */
		parts[n].at = text->at + text->n;
		parts[n++].n = one.n;
		buf_put(text, buf_bytes(&one));
	}
	buf_release(&one);
	return n;
}

static void put_parts(struct buf *out, const bytes *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_put_byte(out, '/');
		put_encoded(out, parts[i], "");
	}
}

/* "org/project/_git/name", or of ssh "v3/org/project/name". */
static bool put_azure(struct buf *out, bytes host, const bytes *parts,
	size_t n)
{
	if (bytes_equal_nocase(host, bytes_text("ssh.dev.azure.com"))) {
		if (n != 4 || !bytes_equal(parts[0], bytes_text("v3")))
			return false;
		buf_put_text(out, "https://dev.azure.com");
		put_parts(out, parts + 1, 2);
		buf_put_text(out, "/_git");
		put_parts(out, parts + 3, 1);
		return true;
	}
	if (n < 2 || !bytes_equal(parts[n - 2], bytes_text("_git")))
		return false;
	if (bytes_ends(host, bytes_text(".visualstudio.com"))) {
		bytes org = bytes_take(host,
			host.n - strlen(".visualstudio.com"));

		for (size_t i = 0; i < org.n; i++)
			if (!is_plain(org.at[i]) || org.at[i] == '.')
				return false;
		buf_put_text(out, "https://");
		buf_put(out, host);
	} else {
		buf_put_text(out, "https://dev.azure.com");
	}
	put_parts(out, parts, n);
	return true;
}

static bool put_base(struct link *link, bytes host, const bytes *parts,
	size_t n)
{
	if (link->host == LINK_AZURE)
		return put_azure(&link->base, host, parts, n);
	if (n < 2 || (link->host != LINK_GITLAB && n != 2))
		return false;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (bytes_equal_nocase(host, bytes_text(hosts[i].name)))
			buf_printf(&link->base, "https://%s", hosts[i].name);
	put_parts(&link->base, parts, n);
	return true;
}

void link_init(struct link *link, bytes remote)
{
	bytes host, path, parts[PARTS_MAX];
	struct buf text;
	size_t n;

	*link = (struct link){.host = LINK_NONE};
	buf_init(&link->base, BASE_MAX);
	if (remote.n > BASE_MAX / 4 || !split(remote, &host, &path))
		return;
	buf_init(&text, BASE_MAX);
	link->host = find_host(host);
	n = buf_reserve(&text, path.n + 1) ? cut_parts(path, parts, &text) : 0;
	if (link->host == LINK_NONE || n == 0 ||
		!put_base(link, host, parts, n) || link->base.failed)
		link->host = LINK_NONE;
	buf_release(&text);
}

void link_release(struct link *link)
{
	buf_release(&link->base);
}

static bool is_commit(bytes hex)
{
	for (size_t i = 0; i < hex.n; i++)
		if (hex_digit(hex.at[i]) < 0)
			return false;
	return hex.n == 40 || hex.n == 64;
}

/* In a repository, below its root. */
static bool is_path(bytes path)
{
	bytes part;

	if (path.n == 0 || path.at[0] == '/' || path.n > ADDRESS_MAX / 4)
		return false;
	while (path.n) {
		bytes_cut(path, '/', &part, &path);
		if (part.n == 0 || bytes_equal(part, bytes_text(".")) ||
			bytes_equal(part, bytes_text("..")))
			return false;
	}
	return true;
}

static void put_lines(const struct link *link, const struct link_target *t,
	struct buf *out)
{
	bool is_one = t->end_line <= t->line;

	if (t->line == 0)
		return;
	switch (link->host) {
	case LINK_GITHUB:
	case LINK_GITEA:
		buf_printf(out, is_one ? "#L%u" : "#L%u-L%u", t->line,
			t->end_line);
		break;
	case LINK_GITLAB:
		buf_printf(out, is_one ? "#L%u" : "#L%u-%u", t->line,
			t->end_line);
		break;
	case LINK_BITBUCKET:
		buf_printf(out, is_one ? "#lines-%u" : "#lines-%u:%u", t->line,
			t->end_line);
		break;
	case LINK_AZURE:
		buf_printf(out, "&line=%u&lineEnd=%u&lineStartColumn=1"
			"&lineEndColumn=9999&_a=contents", t->line,
			is_one ? t->line : t->end_line);
		break;
	case LINK_NONE:
		break;
	}
}

bool link_line(const struct link *link, const struct link_target *t,
	struct buf *out)
{
	static const char *const between[] = {
		[LINK_GITHUB] = "/blob/",
		[LINK_GITLAB] = "/-/blob/",
		[LINK_GITEA] = "/src/commit/",
		[LINK_BITBUCKET] = "/src/",
	};

	buf_clear(out);
	if (link->host == LINK_NONE || !is_commit(t->commit) ||
		!is_path(t->path))
		return false;
	buf_put(out, buf_bytes(&link->base));
	if (link->host == LINK_AZURE) {
		buf_put_text(out, "?path=/");
		put_encoded(out, t->path, "/");
		buf_put_text(out, "&version=GC");
		buf_put(out, t->commit);
	} else {
		buf_put_text(out, between[link->host]);
		buf_put(out, t->commit);
		buf_put_byte(out, '/');
		put_encoded(out, t->path, "/");
		/* Rendered Markdown has no lines. */
		if (link->host == LINK_GITHUB &&
			bytes_ends(t->path, bytes_text(".md")))
			buf_put_text(out, "?plain=1");
	}
	put_lines(link, t, out);
	return !out->failed;
}

bool link_commit(const struct link *link, bytes commit, struct buf *out)
{
	buf_clear(out);
	if (link->host == LINK_NONE || !is_commit(commit))
		return false;
	buf_put(out, buf_bytes(&link->base));
	buf_put_text(out, link->host == LINK_GITLAB ? "/-/commit/"
		: link->host == LINK_BITBUCKET ? "/commits/" : "/commit/");
	buf_put(out, commit);
	return !out->failed;
}
