/*
 * link: from a notice to the line that it is about.
 *
 * By the policy's own template; else at the hosts that page/ knows, for the
 * repository that was scanned. All parts are hostile: they are escaped, and a
 * path with the secret in it leads nowhere.
 */
#include "respond/message.h"

#include "page/link.h"
#include "render/render.h"

#include <inttypes.h>

#include "base/banned.h"

#define TEXT_MOST ((size_t)64 << 10)

/* "https://host/owner/name.git", "git@host:owner/name" -> "owner/name"; a
 * path -> its last name. */
static bytes repository_of(bytes b)
{
	const size_t scheme = bytes_find(b, bytes_text("://"));
	const size_t colon = bytes_find_byte(b, ':');
	size_t slash = bytes_find_byte(b, '/');

	if (scheme != BYTES_NONE) {
		b = bytes_drop(b, scheme + 3);
		slash = bytes_find_byte(b, '/');
		b = slash == BYTES_NONE ? bytes_take(b, 0)
					: bytes_drop(b, slash + 1);
	} else if (colon != BYTES_NONE && colon < slash) {
		b = bytes_drop(b, colon + 1);
	} else {
		while (b.n && b.at[b.n - 1] == '/')
			b.n--;
		for (size_t i = b.n; i > 0; i--)
			if (b.at[i - 1] == '/') {
				b = bytes_drop(b, i);
				break;
			}
	}
	while (b.n && b.at[b.n - 1] == '/')
		b.n--;
	return bytes_ends(b, bytes_text(".git")) ? bytes_take(b, b.n - 4) : b;
}

/* Of a place: where its repository is, and how much of the path names it. */
static bool find_home(const struct respond_run *r,
	const struct leak_place *place, struct respond_home *home)
{
	const struct respond_options *o = r->options;

	*home = (struct respond_home){.origin = o->origin};
	if (o->find_home && !o->find_home(o->context, place->path, home))
		return false;
	return home->origin != NULL;
}

/* The path from the repository's root; false when it is not in it. */
static bool from_root(const struct respond_incident *in,
	const struct leak_place *place, const struct respond_home *home,
	struct buf *out)
{
	struct buf shown;
	bool is_plain;

	buf_init(&shown, TEXT_MOST);
	respond_put_path(in, place, &shown);
	is_plain = bytes_equal(buf_bytes(&shown), place->path);
	buf_release(&shown);
	if (!is_plain || home->prefix > place->path.n)
		return false;
	buf_put_text(out, home->below ? home->below : "");
	buf_put(out, bytes_drop(place->path, home->prefix));
	return !out->failed &&
	       !bytes_starts(buf_bytes(out), bytes_text(".git/"));
}

/* What stands in braces at `*template`, which moves behind it. */
static bool take_name(const char **template, const char *name)
{
	const size_t n = strlen(name);

	if (strncmp(*template, name, n) != 0)
		return false;
	*template += n;
	return true;
}

static void expand(const char *template, bytes remote,
	const struct link_target *target, struct buf *out)
{
	while (*template != '\0') {
		if (take_name(&template, "{repository}"))
			report_escape_uri(repository_of(remote), out);
		else if (take_name(&template, "{commit}"))
			buf_put(out, target->commit);
		else if (take_name(&template, "{path}"))
			report_escape_uri(target->path, out);
		else if (take_name(&template, "{line}"))
			buf_printf(out, "%" PRIu32, target->line);
		else
			buf_put_byte(out, (unsigned char)*template++);
	}
}

void respond_put_link(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out)
{
	const struct leak_place *place = respond_place(in);
	struct link_target target;
	struct respond_home home;
	struct link link;
	struct buf path;

	if (in->leak->place_count == 0 || place->commit == NULL ||
		!find_home(r, place, &home))
		return;
	buf_init(&path, TEXT_MOST);
	link_init(&link, bytes_text(home.origin));
	if (from_root(in, place, &home, &path)) {
		target = (struct link_target){.commit = place->commit->id,
			.path = buf_bytes(&path), .line = place->line,
			.end_line = place->line};
		if (r->policy->link)
			expand(r->policy->link, bytes_text(home.origin),
				&target, out);
		else
			(void)link_line(&link, &target, out);
	}
	link_release(&link);
	buf_release(&path);
}
