/*
 * page: what a page holds, as entries one after another in a buffer. They are
 * what is kept, too (keep.c), so that a page that has not changed is read
 * again without its answer.
 *
 * Entry: u32 request, u32 flags or part, u32 refused, u64 size, u64 pushed at,
 * name, address, owner.
 */
#include "census/internal.h"

#include "base/hash.h"
#include "net/frame.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define PATH_MOST 1000
#define NAMES_SEED 1

/* ---- fields -------------------------------------------------------------- */

bytes census_text(const struct json_value *object, const char *key)
{
	return json_value_text(json_value_get(object, key));
}

uint64_t census_number(const struct json_value *object, const char *key)
{
	int64_t n = json_value_integer(json_value_get(object, key), 0);

	return n > 0 && n < INT64_MAX / 2048 ? (uint64_t)n : 0;
}

bool census_flag(const struct json_value *object, const char *key)
{
	return json_value_flag(json_value_get(object, key));
}

/* "+02:00", "+0200", "Z" in seconds. */
static int64_t zone(const char *at)
{
	int hours = 0, minutes = 0;

	if (*at != '+' && *at != '-')
		return 0;
	if (sscanf(at + 1, "%2d%2d", &hours, &minutes) < 2 &&
		sscanf(at + 1, "%2d:%2d", &hours, &minutes) < 1)
		return 0;
	return (*at == '-' ? -1 : 1) * (int64_t)(hours * 3600 + minutes * 60);
}

int64_t census_date(bytes text)
{
	struct tm tm = {0};
	char copy[48];
	const char *end;
	int64_t seconds;

	if (text.n < 19 || text.n >= sizeof(copy))
		return 0;
	memcpy(copy, text.at, text.n);
	copy[text.n] = '\0';
	end = strptime(copy, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end == NULL)
		return 0;
	end += *end == '.' ? 1 + strspn(end + 1, "0123456789") : 0;
	seconds = (int64_t)timegm(&tm) - zone(end);
	return seconds > 0 ? seconds : 0;
}

static bool is_plain(unsigned char b)
{
	return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	       (b >= '0' && b <= '9') || b == '-' || b == '_' || b == '.' ||
	       b == '~';
}

static void encode(struct buf *out, bytes text, const char *also)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_plain(text.at[i]) ||
			(*also && text.at[i] == (unsigned char)*also))
			buf_put_byte(out, text.at[i]);
		else
			buf_printf(out, "%%%02X", text.at[i]);
}

void census_encode(struct buf *out, bytes text)
{
	encode(out, text, "");
}

void census_encode_path(struct buf *out, bytes text)
{
	encode(out, text, "/");
}

/* ---- the successor ------------------------------------------------------- */

/* Parameters of one link: is one of them rel="next"? */
static bool is_next(bytes parameters)
{
	bytes one;
	bool more;

	do {
		more = bytes_cut(parameters, ';', &one, &parameters);
		one = bytes_trim(one);
		if (bytes_equal_nocase(one, bytes_text("rel=\"next\"")) ||
			bytes_equal_nocase(one, bytes_text("rel=next")))
			return true;
	} while (more);
	return false;
}

void census_next_link(const struct census_page *page)
{
	bytes link = net_answer_header(page->answer, "link"), url, rest;

	while (bytes_cut(link, '<', &rest, &link)) {
		bytes parameters;

		if (!bytes_cut(link, '>', &url, &link))
			return;
		bytes_cut(link, '<', &parameters, &rest);
		/* The comma before the next link belongs to nobody. */
		parameters = bytes_trim(parameters);
		if (parameters.n && parameters.at[parameters.n - 1] == ',')
			parameters.n--;
		if (is_next(parameters)) {
			buf_put(page->next, url);
			return;
		}
	}
}

bool census_is_ours(const struct census *c, bytes url)
{
	struct net_url ours, theirs;

	return url.n < CENSUS_URL &&
	       net_url_parse(bytes_text(c->target.api), &ours) &&
	       net_url_parse(url, &theirs) &&
	       bytes_equal(ours.host, theirs.host) &&
	       ours.port == theirs.port &&
	       bytes_starts(theirs.path, ours.path) &&
	       theirs.path.n > ours.path.n &&
	       theirs.path.at[ours.path.n] == '/';
}

/* ---- entries ------------------------------------------------------------- */

static bool is_path(bytes path)
{
	bytes segment, rest = path;
	bool more;

	for (size_t i = 0; i < path.n; i++)
		if (path.at[i] < ' ' || path.at[i] == 0x7f)
			return false;
	do {
		more = bytes_cut(rest, '/', &segment, &rest);
		if (segment.n == 0 || bytes_equal(segment, bytes_text(".")) ||
			bytes_equal(segment, bytes_text("..")))
			return false;
	} while (more);
	return path.n <= PATH_MOST;
}

static void put_entry(struct census *c, uint32_t is_request, uint32_t flags,
	uint32_t is_refused, const struct census_found *found)
{
	frame_put_u32(&c->entries, is_request);
	frame_put_u32(&c->entries, flags);
	frame_put_u32(&c->entries, is_refused);
	frame_put_u64(&c->entries, found ? found->size : 0);
	frame_put_u64(&c->entries, found ? (uint64_t)found->pushed_at : 0);
}

void census_put(struct census *c, const struct census_found *found)
{
	const char *web = found->web ? found->web : c->target.web;
	const char *suffix = found->suffix ? found->suffix : "";
	bytes path = bytes_take(found->path, PATH_MOST + 1);
	bool is_good = is_path(path);
	struct buf name, url;

	buf_init(&name, (size_t)16 << 10);
	buf_init(&url, (size_t)16 << 10);
	buf_printf(&name, "%s/", web + strlen("https://"));
	buf_put(&name, path);
	if (found->flags & ROSTER_WIKI && found->address == NULL)
		buf_put_text(&name, ".wiki");
	if (is_good) {
		buf_printf(&url, "%s/", web);
		census_encode_path(&url, found->address
				? bytes_text(found->address) : path);
		buf_put_text(&url, suffix);
	}
	put_entry(c, 0, found->flags, !is_good, found);
	frame_put_bytes(&c->entries, buf_bytes(&name));
	frame_put_bytes(&c->entries, buf_bytes(&url));
	frame_put_bytes(&c->entries, bytes_take(found->owner, PATH_MOST));
	buf_release(&name);
	buf_release(&url);
}

enum status census_read_list(struct census *c, const struct json_value *list,
	census_read *read, struct error *err)
{
	enum status status = OK;

	if (json_value_kind(list) != JSON_KIND_LIST)
		return census_no_list(c, err);
	for (size_t i = 0; i < json_value_count(list) && status == OK; i++)
		status = read(c, json_value_item(list, i), err);
	return status;
}

void census_lead(struct census *c, enum census_part part, const char *url)
{
	put_entry(c, 1, (uint32_t)part, 0, NULL);
	frame_put_text(&c->entries, "");
	frame_put_text(&c->entries, url);
	frame_put_text(&c->entries, "");
}

/* A copy with an end; NULL: no memory. */
static const char *keep_text(struct census *c, bytes text, size_t *at)
{
	*at = c->texts.n;
	buf_put(&c->texts, text);
	buf_put_byte(&c->texts, 0);
	return c->texts.failed ? NULL : "";
}

/* False when the entry is none: a page that was kept may be damaged. */
static bool read_entry(struct census *c, struct roster_repository *out,
	uint32_t *is_request)
{
	struct frame_reader r = {.rest = c->left};
	size_t name, url, owner;
	bool is_refused, is_kept;

	buf_clear(&c->texts);
	*is_request = frame_get_u32(&r);
	*out = (struct roster_repository){.flags = frame_get_u32(&r)};
	is_refused = frame_get_u32(&r) != 0;
	out->size = frame_get_u64(&r);
	out->pushed_at = (int64_t)frame_get_u64(&r);
	is_kept = keep_text(c, frame_get_bytes(&r), &name) &&
		  keep_text(c, frame_get_bytes(&r), &url) &&
		  keep_text(c, frame_get_bytes(&r), &owner);
	c->left = r.rest;
	if (r.failed || !is_kept)
		return false;
	out->name = (const char *)c->texts.at + name;
	out->url = (const char *)c->texts.at + url;
	out->owner = c->texts.at[owner] ? (const char *)c->texts.at + owner
					: NULL;
	out->refused = is_refused ? "bad_name" : NULL;
	return true;
}

/* Names are remembered only to tell a page with news from one without. */
static void note(struct census *c, const char *text)
{
	uint64_t key = hash_64(bytes_text(text), NAMES_SEED) | 1;

	if (keymap_get(&c->names, key) != KEYMAP_NONE)
		return;
	c->stale_pages = 0;
	if (!keymap_put(&c->names, key, 0))
		c->is_over = true;
}

bool census_give(struct census *c, struct roster_repository *out)
{
	uint32_t is_request;

	while (c->left.n) {
		if (!read_entry(c, out, &is_request)) {
			c->is_over = true;
			break;
		}
		note(c, is_request ? out->url : out->name);
		if (!is_request)
			return true;
		census_push(c, (enum census_part)out->flags, out->url, "");
	}
	*out = (struct roster_repository){.name = NULL};
	return false;
}
