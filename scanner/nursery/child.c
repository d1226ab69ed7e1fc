/*
 * A child: one fetch, or one scan, and what came of it through its socket.
 */
#include "nursery/nursery.h"
#include "nursery/wire.h"

#include "basis/basis.h"
#include "engine/objects.h"
#include "json/json.h"
#include "repo/repo.h"
#include "revision/revision.h"
#include "vault/vault.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/banned.h"

/* Bytes that a scan may have unless the user says otherwise, and a fetch:
 * libgit2 believes what a pack says. */
#define SCAN_MEMORY ((rlim_t)1 << 30)
#define FETCH_MEMORY ((rlim_t)3 << 30)
/* Sanitizers reserve memory that nothing would be left of. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_LIMITED 0
#else
#define IS_LIMITED 1
#endif
/* Keys in one frame. */
#define KEYS_MOST 32768u

struct saying {
	const struct child *child;
	struct buf out;
};

/* What is said goes out when it is much, or at the end. */
static void flush(struct saying *s)
{
	if (!wire_write(s->child->fd, buf_bytes(&s->out)) || s->out.failed)
		_exit(1);
	buf_clear(&s->out);
}

static void end_frame(struct saying *s, size_t begun)
{
	frame_end(&s->out, begun);
	if (s->out.n > (size_t)1 << 20)
		flush(s);
}

static void say_failed(struct saying *s, const char *reason, const char *text)
{
	size_t begun = wire_begin(&s->out, WIRE_FAILED);

	frame_put_text(&s->out, reason);
	frame_put_text(&s->out, text);
	end_frame(s, begun);
}

/* ---- limits -------------------------------------------------------------- */

static void limit(int what, rlim_t most)
{
	const struct rlimit limits = {most, most};

	setrlimit((__rlimit_resource_t)what, &limits);
}

static void limit_memory(rlim_t most)
{
	if (IS_LIMITED)
		limit(RLIMIT_DATA, most);
}

static void limit_scan(const struct nursery_options *o, unsigned threads)
{
	limit_memory(o->memory ? o->memory : SCAN_MEMORY);
	limit(RLIMIT_FSIZE, 0); /* it writes no file */
	limit(RLIMIT_CORE, 0);
	if (o->timeout > 0)
		limit(RLIMIT_CPU, (rlim_t)(o->timeout * threads) + 30);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* ---- findings ------------------------------------------------------------ */

/* What tells a place from others of its repository, whatever run finds it. */
static void key_of(const struct child *c, const struct leak *leak,
	const struct leak_place *p, unsigned char key[16])
{
	struct hash128 hash;
	struct buf b;

	buf_init(&b, LIMIT_PATH * 4);
	frame_put_text(&b, leak->fingerprint);
	frame_put_bytes(&b, p->path);
	frame_put_bytes(&b, p->object);
	frame_put_u32(&b, (uint32_t)p->source);
	frame_put_u64(&b, p->offset);
	frame_put_u64(&b, p->length);
	hash = hash_128_secret(buf_bytes(&b), c->setup->secret);
	memcpy(key, &hash, 16);
	buf_release(&b);
}

static bytes text_at(const struct json_value *record, const char *object,
	const char *key)
{
	if (object)
		record = json_value_get(record, object);
	return json_value_text(json_value_get(record, key));
}

/* The record is what a report prints, redacted; columns are taken from it. */
static void put_place(struct saying *s, const struct leak *leak,
	const struct leak_place *p, bytes line)
{
	struct json_document *d = json_document_parse("a record", line, 1,
		NULL);
	const struct json_value *record = d ? json_document_root(d) : NULL;
	size_t begun = wire_begin(&s->out, WIRE_PLACE);
	unsigned char key[16];

	key_of(s->child, leak, p, key);
	frame_put_bytes(&s->out, bytes_of(key, sizeof(key)));
	frame_put_bytes(&s->out, text_at(record, NULL, "fingerprint"));
	frame_put_bytes(&s->out, text_at(record, NULL, "rule"));
	frame_put_bytes(&s->out, text_at(record, NULL, "provider"));
	frame_put_bytes(&s->out, text_at(record, NULL, "secret"));
	frame_put_u32(&s->out, (uint32_t)p->confidence);
	frame_put_bytes(&s->out, text_at(record, NULL, "path"));
	frame_put_bytes(&s->out, text_at(record, NULL, "source"));
	frame_put_bytes(&s->out, text_at(record, "commit", "id"));
	frame_put_bytes(&s->out, text_at(record, "commit", "email"));
	frame_put_bytes(&s->out, text_at(record, "commit", "date"));
	frame_put_u32(&s->out, p->in_head);
	frame_put_u32(&s->out, p->unreachable);
	frame_put_bytes(&s->out, line);
	end_frame(s, begun);
	json_document_free(d);
}

#define NEAR_LINES 10 /* as verify/ has it: it belongs to the token */

static uint32_t lines_between(uint32_t a, uint32_t b)
{
	return a < b ? b - a : a - b;
}

static bool has_part(const struct vault_secret *s,
	const struct sighting_part *part)
{
	for (size_t i = 0; i < s->part_count; i++)
		if (bytes_equal(s->parts[i].secret, part->secret) &&
			bytes_equal(s->parts[i].rule,
				bytes_text(part->rule->id)))
			return true;
	return false;
}

enum nearness { PARTS_FAR, PARTS_NEAR };

/* What stood beside it. */
static void take_parts(struct vault_secret *s, const struct leak *leak,
	enum nearness which)
{
	for (size_t p = 0; p < leak->place_count; p++) {
		const struct leak_place *place = &leak->places[p];

		for (size_t i = 0; i < place->part_count; i++) {
			const struct sighting_part *part = &place->parts[i];

			if ((which == PARTS_NEAR) !=
					(lines_between(part->line,
						 place->line) <= NEAR_LINES) ||
				s->part_count == VAULT_PARTS ||
				has_part(s, part))
				continue;
			s->parts[s->part_count++] = (struct vault_part){
				bytes_text(part->rule->id), part->secret,
				which == PARTS_NEAR};
		}
	}
}

/* What asking a provider needs. */
static void put_secret(struct saying *s, const struct leak *leak)
{
	struct vault_secret kept = {.secret = leak->secret};
	size_t begun = wire_begin(&s->out, WIRE_SECRET);

	take_parts(&kept, leak, PARTS_NEAR);
	take_parts(&kept, leak, PARTS_FAR);
	frame_put_text(&s->out, leak->fingerprint);
	frame_put_bytes(&s->out, leak->secret);
	for (size_t i = 0; i < kept.part_count; i++) {
		frame_put_bytes(&s->out, kept.parts[i].rule);
		frame_put_bytes(&s->out, kept.parts[i].secret);
		frame_put_u32(&s->out, kept.parts[i].is_near);
	}
	end_frame(s, begun);
}

static uint64_t sum_skips(const struct report_ledger *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->skip_count; i++)
		sum += l->skips[i].count;
	return sum;
}

static void put_summary(struct saying *s, const struct report_summary *sum,
	bytes line)
{
	size_t begun = wire_begin(&s->out, WIRE_SUMMARY);

	frame_put_u32(&s->out, sum->complete);
	frame_put_u64(&s->out, sum->objects.total);
	frame_put_u64(&s->out, sum->objects.scanned);
	frame_put_u64(&s->out, sum_skips(&sum->objects));
	frame_put_u64(&s->out, sum->objects.failed);
	frame_put_u64(&s->out, sum->bytes);
	frame_put_bytes(&s->out, line);
	end_frame(s, begun);
}

/* The records of a report, line by line: a place each, in order, then the
 * summary. False: they do not go together. */
static bool put_records(struct saying *s, const struct leaks *leaks,
	const struct report_summary *summary, bytes records)
{
	bytes line;

	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);

		for (size_t p = 0; p < leak->place_count; p++) {
			if (!bytes_cut(records, '\n', &line, &records))
				return false;
			put_place(s, leak, &leak->places[p], line);
		}
		if (s->child->setup->tells_secrets)
			put_secret(s, leak);
	}
	if (!bytes_cut(records, '\n', &line, &records) || records.n)
		return false;
	put_summary(s, summary, line);
	return true;
}

static bool put_findings(struct saying *s, const struct leaks *leaks,
	const struct report_summary *summary)
{
	const struct report_options options = {.format = REPORT_JSONL};
	char *at = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&at, &n);
	bool is_good = to && report_write(to, &options, leaks, summary,
				     NULL) == OK;

	if (to && fclose(to) != 0)
		is_good = false;
	is_good = is_good && put_records(s, leaks, summary, bytes_of(at, n));
	free(at);
	return is_good;
}

/* ---- a scan -------------------------------------------------------------- */

static void put_keys(void *context, const struct hash128 *keys, size_t n)
{
	struct saying *s = context;

	for (size_t i = 0; i < n; i += KEYS_MOST) {
		size_t count = n - i < KEYS_MOST ? n - i : KEYS_MOST;
		size_t begun = wire_begin(&s->out, WIRE_KEYS);

		buf_put(&s->out, bytes_of(keys + i, count * sizeof(*keys)));
		end_frame(s, begun);
	}
}

static void put_state(struct saying *s, const struct buf *state)
{
	size_t begun;

	if (state->failed || state->n == 0 || state->n > FRAME_MOST / 2)
		return;
	begun = wire_begin(&s->out, WIRE_STATE);
	buf_put(&s->out, buf_bytes(state));
	end_frame(s, begun);
}

struct scan_request {
	unsigned threads;
	const char *path;
	bool is_private;
	bool is_again; /* for what was found, though nothing is new */
	bytes state;
};

static const char *reason_of(enum status status)
{
	switch (status) {
	case ERR_NOT_FOUND:
		return "not_a_repository";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_USAGE:
		return "refused";
	case ERR_MEMORY:
		return "no_memory";
	case ERR_INTERRUPTED:
		return "interrupted";
	default:
		return "unreadable";
	}
}

/* ---- what the repository accepts itself ---------------------------------- */

#define BROKEN_MOST 16

struct acceptance {
	struct suppress *suppress; /* NULL: nothing */
	struct suppress_count count;
	const char *broken[BROKEN_MOST + 1];
	size_t broken_count;
};

/* Settings and baselines of HEAD's commit; comments are shown, and count. What
 * cannot be read accepts nothing. */
static void accept(struct acceptance *a, const struct child *c,
	const char *path, struct leaks *leaks)
{
	const struct repo_options options = {
		.allow_owner = c->options->allow_owner};
	const struct suppress_options how = {.comments = SUPPRESS_INLINE_HOLD,
		.rules = c->options->rules};
	struct error err = {0};
	const char *text;
	bool used;

	if (leaks_count(leaks) == 0)
		return;
	if (basis_load_head(path, &options, &a->suppress, &used, &err) != OK) {
		a->suppress = suppress_new(NULL);
		a->broken[a->broken_count++] = "settings of HEAD's commit "
			"cannot be read";
	}
	if (a->suppress == NULL || suppress_apply(a->suppress, leaks, &how,
					   &a->count, &err) != OK)
		return;
	for (size_t i = 0; a->broken_count < BROKEN_MOST &&
		(text = suppress_problem(a->suppress, i)) != NULL; i++)
		a->broken[a->broken_count++] = text;
}

static void put_acceptance(const struct acceptance *a,
	struct report_summary *summary)
{
	summary->held = a->count.held;
	summary->refused = a->count.refused;
	summary->broken = a->broken;
	summary->broken_count = a->broken_count;
}

/* Everything is found and sorted: say it. */
static void say_found(struct saying *s, const char *path, struct engine *e,
	struct leaks *leaks, const struct buf *state)
{
	struct acceptance accepted = {.suppress = NULL};
	struct report_summary summary = {0};
	char digest[17];
	struct error err = {0};

	if (leaks_finish(leaks, &err) != OK) {
		say_failed(s, "no_memory", err.text);
		return;
	}
	engine_summary(e, &summary);
	accept(&accepted, s->child, path, leaks);
	put_acceptance(&accepted, &summary);
	ruleset_digest(s->child->options->rules, digest);
	summary.rules = ruleset_count(s->child->options->rules);
	summary.rules_digest = digest;
	summary.version = STANCH_VERSION;
	if (!put_findings(s, leaks, &summary))
		say_failed(s, "no_memory", "write the records");
	else if (summary.interrupted == NULL)
		put_state(s, state);
	suppress_free(accepted.suppress);
}

static void scan_with(struct saying *s, const struct scan_request *r,
	struct engine *e, struct leaks *leaks, struct known *known)
{
	struct buf state;
	const struct engine_known with = {known, s->child->added, &state,
		put_keys, s};
	struct error err = {0};
	enum status status;

	buf_init(&state, FRAME_MOST);
	status = engine_scan_objects(e, r->path, &with, &err);
	if (status != OK)
		say_failed(s, reason_of(status), err.text);
	else if (known_extent(known) == KNOWN_ALL)
		frame_end(&s->out, wire_begin(&s->out, WIRE_SAME));
	else
		say_found(s, r->path, e, leaks, &state);
	buf_release(&state);
}

static void scan(struct saying *s, const struct scan_request *r)
{
	const struct child *c = s->child;
	const struct nursery_options *o = c->options;
	const struct leaks_options leaks_options = {
		.fingerprint_key = bytes_of(c->setup->key,
			c->setup->key_size)};
	const struct engine_options engine_options = {
		.jobs = r->threads,
		.timeout = o->timeout,
		.allow_owner = o->allow_owner,
		.progress = PROGRESS_NEVER,
	};
	const struct known_options known_options = {
		.state = r->state,
		.rules = c->setup->rules,
		.rules_before = c->added ? c->setup->rules_before : 0,
		.secret = c->setup->secret,
		.contents = c->options->contents,
		.is_private = r->is_private,
		.is_again = r->is_again,
	};
	struct error err = {0};
	struct leaks *leaks;
	struct engine *e = NULL;
	struct known *known = known_new(&known_options);

	limit_scan(o, r->threads);
	leaks = leaks_new(&leaks_options, &err);
	if (leaks)
		e = engine_new(c->options->detector, leaks, &engine_options,
			&err);
	if (e == NULL || known == NULL)
		say_failed(s, "no_memory", err.text);
	else
		scan_with(s, r, e, leaks, known);
	/* The process ends: the system takes the rest back. */
	engine_free(e);
	leaks_free(leaks);
	known_free(known);
}

static void do_scan(struct saying *s, struct frame_reader *r)
{
	struct scan_request request = {.threads = frame_get_u32(r)};
	bytes at;
	char *path;

	request.is_private = frame_get_u32(r) != 0;
	request.is_again = frame_get_u32(r) != 0;
	at = frame_get_bytes(r);
	path = strndup((const char *)at.at, at.n);
	request.state = frame_get_bytes(r);
	request.path = path;
	if (r->failed || path == NULL)
		say_failed(s, "no_memory", "read the request");
	else
		scan(s, &request);
	free(path);
}

/* ---- a fetch ------------------------------------------------------------- */

/* Forges tell of wikis that nobody has begun: there is no repository then. */
static bool is_wiki(const char *url)
{
	bytes b = bytes_text(url);

	return bytes_ends(b, bytes_text(".wiki.git")) ||
	       bytes_ends(b, bytes_text(".wiki")) ||
	       bytes_ends(b, bytes_text("/wiki"));
}

static const char *fetch_reason(enum status status, const char *url,
	const struct error *err)
{
	if (strstr(err->text, strerror(EFBIG)))
		return "over_quota";
	if (status != ERR_NOT_FOUND)
		return "fetch_failed";
	return is_wiki(url) ? WIRE_NO_WIKI : "not_found";
}

static void do_fetch(struct saying *s, struct frame_reader *r)
{
	bytes url = frame_get_bytes(r), directory = frame_get_bytes(r);
	uint64_t most = frame_get_u64(r);
	char *from = strndup((const char *)url.at, url.n);
	char *to = strndup((const char *)directory.at, directory.n);
	const struct revision_mirror_options all = {.with_requests = true};
	const struct revision_mirror_options *how =
		s->child->options->mirror;
	struct error err = {0};
	enum status status = ERR_MEMORY;

	limit_memory(FETCH_MEMORY);
	if (most) {
		/* A write over it fails, and the fetch with it. */
		signal(SIGXFSZ, SIG_IGN);
		limit(RLIMIT_FSIZE, (rlim_t)most);
	}
	if (!r->failed && from && to)
		status = revision_mirror(from, to, how ? how : &all, &err);
	if (status != OK)
		say_failed(s, fetch_reason(status, from ? from : "", &err),
			err.text);
	free(from);
	free(to);
}

void nursery_child(const struct child *child)
{
	struct saying s = {.child = child};
	struct buf in, fields;
	enum wire_kind kind;

	signal(SIGPIPE, SIG_IGN);
	buf_init(&in, FRAME_MOST * 2);
	buf_init(&fields, FRAME_MOST);
	buf_init(&s.out, FRAME_MOST * 2);
	if (wire_read(child->fd, &in, &kind, &fields)) {
		struct frame_reader r = {.rest = buf_bytes(&fields)};

		if (kind == WIRE_SCAN)
			do_scan(&s, &r);
		else if (kind == WIRE_FETCH)
			do_fetch(&s, &r);
		frame_end(&s.out, wire_begin(&s.out, WIRE_END));
		flush(&s);
	}
	_exit(0);
}
