#include "network/network.h"

#include "place/place.h"

#include "base/arena.h"
#include "base/buf.h"
#include "net/url.h"
#include "ruleset/toml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define FILE_MOST ((size_t)256 << 10)
#define ARENA_MOST ((size_t)4 << 20)
#define LIST_MOST 1000

struct network_memory {
	struct arena arena;
};

struct reading {
	struct network *n;
	struct arena *arena;
	const char *path;
	struct error *err;
};

static enum status fail(const struct reading *r, const struct toml_node *at,
	const char *what)
{
	return error_set(r->err, ERR_USAGE, "read the network configuration "
		"%.200s:%u:%u: %s", r->path, ruleset_toml_line(at),
		ruleset_toml_column(at), what);
}

static enum status read_text(const struct reading *r,
	const struct toml_node *at, const char **out)
{
	bytes text = ruleset_toml_string(at);

	if (ruleset_toml_kind(at) != TOML_STRING || text.n == 0 ||
		bytes_find_byte(text, 0) != BYTES_NONE)
		return fail(r, at, "a text is needed here");
	*out = arena_copy_text(r->arena, text);
	return *out ? OK : error_set(r->err, ERR_MEMORY,
				   "network configuration: out of memory");
}

static enum status read_list(const struct reading *r,
	const struct toml_node *at, const char *const **out, size_t *count)
{
	size_t n = ruleset_toml_count(at);
	const char **list = arena_array(r->arena, n + 1, sizeof(*list));

	if (ruleset_toml_kind(at) != TOML_ARRAY || n > LIST_MOST)
		return fail(r, at, "a list of texts is needed here");
	if (list == NULL)
		return error_set(r->err, ERR_MEMORY,
			"network configuration: out of memory");
	for (size_t i = 0; i < n; i++) {
		enum status status =
			read_text(r, ruleset_toml_item(at, i), &list[i]);

		if (status != OK)
			return status;
	}
	*out = list;
	*count = n;
	return OK;
}

struct mappings {
	const struct reading *r;
	struct net_mapping *at;
	size_t n;
};

static enum status visit_mapping(void *context,
	const struct toml_entry *entry, struct error *err)
{
	struct mappings *m = context;

	(void)err;
	if (m->n == LIST_MOST)
		return fail(m->r, entry->value, "too many entries");
	m->at[m->n].from = arena_copy_text(m->r->arena, entry->key);
	return read_text(m->r, entry->value, &m->at[m->n++].to);
}

static enum status read_mappings(const struct reading *r,
	const struct toml_node *at, const struct net_mapping **out,
	size_t *count)
{
	struct mappings m = {.r = r};
	enum status status;

	if (ruleset_toml_kind(at) != TOML_TABLE)
		return fail(r, at, "a table is needed here");
	m.at = arena_array(r->arena, LIST_MOST, sizeof(*m.at));
	if (m.at == NULL)
		return error_set(r->err, ERR_MEMORY,
			"network configuration: out of memory");
	status = ruleset_toml_each(at, visit_mapping, &m, r->err);
	*out = m.at;
	*count = m.n;
	return status;
}

static enum status check_bases(const struct reading *r,
	const struct toml_node *at)
{
	const struct net_config *c = &r->n->config;
	struct net_url url;

	for (size_t i = 0; i < c->base_count; i++)
		if (!net_url_parse(bytes_text(c->bases[i].to), &url) ||
			bytes_ends(url.path, bytes_text("/")))
			return fail(r, at, "a base is https://HOST, perhaps "
				"with a port and a path, without a slash at "
				"the end");
	return OK;
}

/* Also a server on this machine, in the clear. */
static enum status check_clones(const struct reading *r,
	const struct toml_node *at)
{
	for (size_t i = 0; i < r->n->clone_count; i++) {
		bytes to = bytes_text(r->n->clones[i].to);

		if ((!bytes_starts(to, bytes_text("https://")) &&
			    !bytes_starts(to,
				    bytes_text("http://127.0.0.1:"))) ||
			bytes_find_byte(to, '@') != BYTES_NONE ||
			bytes_ends(to, bytes_text("/")))
			return fail(r, at, "clones come from https://HOST, "
				"perhaps with a path, without a user name or "
				"a slash at the end");
	}
	return OK;
}

static enum status check_proxy(const struct reading *r,
	const struct toml_node *at)
{
	bytes proxy = bytes_text(r->n->config.proxy);

	if (bytes_starts(proxy, bytes_text("http://")) ||
		bytes_starts(proxy, bytes_text("https://")) ||
		bytes_starts(proxy, bytes_text("socks5h://")))
		return OK;
	return fail(r, at, "a proxy is http://, https:// or socks5h://");
}

static enum status read_rate(const struct reading *r,
	const struct toml_node *at, uint32_t *out)
{
	int64_t n = ruleset_toml_integer(at);

	if (ruleset_toml_kind(at) != TOML_INTEGER || n < 1 || n > 1000000)
		return fail(r, at, "requests a minute are 1 to 1000000");
	*out = (uint32_t)n;
	return OK;
}

static enum status visit_key(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct reading *r = context;
	struct net_config *c = &r->n->config;
	const struct toml_node *at = entry->value;
	bytes key = entry->key;
	enum status status;

	(void)err;
	if (bytes_equal(key, bytes_text("ca_file")))
		return read_text(r, at, &c->ca_file);
	if (bytes_equal(key, bytes_text("proxy"))) {
		status = read_text(r, at, &c->proxy);
		return status == OK ? check_proxy(r, at) : status;
	}
	if (bytes_equal(key, bytes_text("per_minute")))
		return read_rate(r, at, &c->per_minute);
	if (bytes_equal(key, bytes_text("hosts")))
		return read_list(r, at, &c->hosts, &c->host_count);
	if (bytes_equal(key, bytes_text("base"))) {
		status = read_mappings(r, at, &c->bases, &c->base_count);
		return status == OK ? check_bases(r, at) : status;
	}
	if (bytes_equal(key, bytes_text("clone"))) {
		status = read_mappings(r, at, &r->n->clones,
			&r->n->clone_count);
		return status == OK ? check_clones(r, at) : status;
	}
	if (bytes_equal(key, bytes_text("connect")))
		return read_mappings(r, at, &c->connects, &c->connect_count);
	if (bytes_equal(key, bytes_text("organizations")))
		return read_list(r, at, &r->n->organizations,
			&r->n->organization_count);
	if (bytes_equal(key, bytes_text("canary_accounts")))
		return read_list(r, at, &r->n->canaries, &r->n->canary_count);
	return fail(r, at, "no such key; ca_file, proxy, per_minute, hosts, "
		"base, clone, connect, organizations and canary_accounts are "
		"known");
}

static enum status parse(struct reading *r, bytes text)
{
	struct toml_document *d = ruleset_toml_parse(r->path, text, r->err);
	enum status status;

	if (d == NULL) {
		r->err->code = ERR_USAGE;
		return ERR_USAGE;
	}
	status = ruleset_toml_each(ruleset_toml_root(d), visit_key, r,
		r->err);
	ruleset_toml_free(d);
	return status;
}

/* Anybody who may write it decides to whom tokens are sent. */
static enum status read_file(const char *path, struct buf *text,
	struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return error_set_errno(err, ERR_USAGE,
			"read the network configuration %.300s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
		(st.st_mode & 002) != 0 ||
		(st.st_uid != geteuid() && st.st_uid != 0)) {
		close(fd);
		return error_set(err, ERR_USAGE, "read the network "
			"configuration %.300s: it must be a file of yours or "
			"of root that not everybody may write; chmod o-w it",
			path);
	}
	while (buf_reserve(text, 4096)) {
		n = read(fd, text->at + text->n, 4096);
		if (n <= 0)
			break;
		text->n += (size_t)n;
	}
	close(fd);
	if (n < 0 || text->failed)
		return error_set(err, ERR_USAGE, "read the network "
			"configuration %.300s: it cannot be read, or is over "
			"256 KiB", path);
	return OK;
}

/* What is scanned may not say whom to trust. */
static enum status check_place(const char *path, const char *target,
	struct error *err)
{
	/* Everything is in "/": nothing could be configured. */
	if (place_of(path, target) != PLACE_SCANNED)
		return OK;
	return error_set(err, ERR_USAGE, "read the network configuration "
		"%.200s: it stands in what is scanned (%.100s); keep it "
		"outside", path, target);
}

enum status network_load(const char *path, const char *const *targets,
	size_t target_count, struct network **out, struct error *err)
{
	struct network *n = calloc(1, sizeof(*n));
	struct reading r = {.n = n, .path = path, .err = err};
	struct buf text;
	enum status status = OK;

	if (n)
		n->memory = calloc(1, sizeof(*n->memory));
	if (n == NULL || n->memory == NULL) {
		free(n);
		return error_set(err, ERR_MEMORY, "start: out of memory");
	}
	arena_init(&n->memory->arena, ARENA_MOST);
	r.arena = &n->memory->arena;
	if (path == NULL)
		r.path = getenv("STANCH_NETWORK");
	if (r.path && *r.path) {
		buf_init(&text, FILE_MOST);
		for (size_t i = 0; status == OK && i < target_count; i++)
			status = check_place(r.path, targets[i], err);
		if (status == OK)
			status = read_file(r.path, &text, err);
		if (status == OK)
			status = parse(&r, buf_bytes(&text));
		buf_release(&text);
	}
	if (status != OK)
		network_free(n);
	else
		*out = n;
	return status;
}

void network_free(struct network *n)
{
	if (n == NULL)
		return;
	arena_release(&n->memory->arena);
	free(n->memory);
	free(n);
}
