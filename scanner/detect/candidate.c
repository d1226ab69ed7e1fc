/*
 * From a match to a verdict. In this order, the cheap and the decisive first:
 * keywords and allowlists (foreign rules), the bytes the secret must hold,
 * entropy, the rule's check, placeholders, stopwords. A passed checksum ends
 * all doubt; anything that does not end a candidate but speaks against it
 * makes it low and leaves the reason.
 */
#include "detect/internal.h"

#include "check/check.h"

#include <stdlib.h>

#include "base/banned.h"

/* Bytes of a line, to each side, that an allowlist for lines sees. */
#define LINE_REACH 4096

struct ruling {
	enum trace_end end; /* TRACE_KEPT, or why not */
	enum confidence confidence;
	const char *reason;
	float entropy;
	/* for who asks */
	struct check_verdict check;
	const char *word;
	const struct rule_allowlist *allowed;
	bool is_checked, is_global;
};

static const struct layer *root_of(const struct layer *l)
{
	while (l->depth)
		l = l->outer;
	return l;
}

bool scan_path_fits(struct scan *s, size_t rule)
{
	struct detect_regex *p = &s->d->at[rule].path;

	if (p->source == NULL || s->text.path_is_unknown)
		return true;
	if (s->path_fits[rule] == 0) {
		enum regex_result r =
			detect_regex_is_in(s->tools, p, s->text.path);

		/* In doubt it is looked at. */
		s->ledger.unscanned += r == REGEX_BROKEN;
		s->path_fits[rule] =
			r == REGEX_MATCH || r == REGEX_LIMIT ? 1 : -1;
	}
	return s->path_fits[rule] > 0;
}

static bool has_keyword(struct scan *s, const struct candidate *c)
{
	const struct rule *r = s->d->at[c->rule].rule;
	struct detect_mark *m = scan_mark(s, c->layer, c->rule);

	if (!r->foreign || r->keyword_count == 0 ||
		m->keyword == c->layer->epoch)
		return true;
	if (m->barren == c->layer->epoch)
		return false;
	m->barren = c->layer->epoch;
	for (size_t i = 0; i < r->keyword_count; i++)
		if (bytes_find_nocase(c->layer->text,
			    bytes_text(r->keywords[i])) != BYTES_NONE) {
			m->keyword = c->layer->epoch;
			return true;
		}
	return false;
}

/* The first of the words that the text holds, or NULL. */
static const char *find_word(const char *const *words, size_t count,
	bytes text)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_find_nocase(text, bytes_text(words[i])) !=
			BYTES_NONE)
			return words[i];
	return NULL;
}

static bool any_in(struct scan *s, struct detect_regex *list, size_t count,
	bytes text)
{
	for (size_t i = 0; i < count; i++)
		if (detect_regex_is_in(s->tools, &list[i], text) == REGEX_MATCH)
			return true;
	return false;
}

/* The line or lines that the match is on. */
static bytes line_of(const struct candidate *c)
{
	bytes text = c->layer->text;
	size_t from = c->begin, to = c->end;

	while (from && c->begin - from < LINE_REACH &&
		text.at[from - 1] != '\n')
		from--;
	while (to < text.n && to - c->end < LINE_REACH && text.at[to] != '\n')
		to++;
	return bytes_part(text, from, to);
}

static bool allowlist_holds(struct scan *s, const struct detect_allow *a,
	const struct candidate *c)
{
	const struct rule_allowlist *l = a->list;
	bytes text = c->layer->text;
	bytes secret = bytes_part(text, c->secret, c->secret_end);
	bytes target = secret;
	size_t kinds = 0, held = 0;

	if (l->target == ALLOW_MATCH)
		target = bytes_part(text, c->begin, c->end);
	else if (l->target == ALLOW_LINE)
		target = line_of(c);
	kinds += l->regex_count > 0;
	kinds += l->path_count > 0;
	kinds += l->stopword_count > 0;
	kinds += l->commit_count > 0;
	held += any_in(s, a->regexes, l->regex_count, target);
	held += !s->text.path_is_unknown &&
		any_in(s, a->paths, l->path_count, s->text.path);
	held += find_word(l->stopwords, l->stopword_count, secret) != NULL;
	return l->all ? kinds > 0 && held == kinds : held > 0;
}

static bool is_target(const struct rule_allowlist *l, const struct rule *r)
{
	for (size_t i = 0; i < l->rule_count; i++)
		if (bytes_equal(bytes_text(l->rules[i]), bytes_text(r->id)))
			return true;
	return l->rule_count == 0;
}

/* Does an allowlist speak for it? Then v says which. */
static bool is_allowed(struct scan *s, const struct candidate *c,
	struct ruling *v)
{
	const struct detect_rule *r = &s->d->at[c->rule];
	const struct detect_allow *own = s->d->allows + r->allow_first;

	for (size_t i = 0; i < r->rule->allowlist_count; i++)
		if (allowlist_holds(s, &own[i], c)) {
			v->allowed = own[i].list;
			return true;
		}
	for (size_t i = s->d->global_first; i < s->d->allow_count; i++)
		if (is_target(s->d->allows[i].list, r->rule) &&
			allowlist_holds(s, &s->d->allows[i], c)) {
			v->allowed = s->d->allows[i].list;
			v->is_global = true;
			return true;
		}
	return false;
}

static bool has_mix(const struct rule *r, bytes secret)
{
	unsigned digits = 0, upper = 0, lower = 0;

	if (r->min_digits + r->min_upper + r->min_lower == 0)
		return true;
	for (size_t i = 0; i < secret.n; i++) {
		unsigned char b = secret.at[i];

		digits += b >= '0' && b <= '9';
		upper += b >= 'A' && b <= 'Z';
		lower += b >= 'a' && b <= 'z';
	}
	return digits >= r->min_digits && upper >= r->min_upper &&
	       lower >= r->min_lower;
}

static void lower_it(struct ruling *v, const char *reason)
{
	v->confidence = CONFIDENCE_LOW;
	if (v->reason == NULL)
		v->reason = reason;
}

/* The rule's check; true when it passed beyond doubt. */
static bool apply_check(const struct rule *r, bytes secret, bytes match,
	struct ruling *v)
{
	struct check_verdict got;

	if (r->check.name == NULL)
		return false;
	got = check_run(&r->check, secret, match);
	v->check = got;
	v->is_checked = true;
	switch (got.result) {
	case CHECK_PASS:
		v->confidence = CONFIDENCE_CERTAIN;
		return true;
	case CHECK_WELL:
		if (v->confidence == CONFIDENCE_MEDIUM)
			v->confidence = CONFIDENCE_HIGH;
		break;
	case CHECK_WEAK:
		lower_it(v, got.reason ? got.reason : "weak");
		break;
	case CHECK_FAIL:
		if (r->check.drop_on_fail)
			v->end = TRACE_CHECK;
		lower_it(v, got.reason ? got.reason : "its check fails");
		break;
	case CHECK_LIKELY:
	case CHECK_NONE:
		break;
	}
	return false;
}

static void weigh(const struct rule *r, bytes secret, bytes match,
	struct ruling *v)
{
	const char *placeholder;

	v->confidence = r->confidence;
	v->entropy = check_entropy(secret);
	if (!has_mix(r, secret))
		v->end = TRACE_BYTES;
	else if (r->entropy > 0 && v->entropy <= r->entropy)
		v->end = TRACE_ENTROPY;
	if (v->end != TRACE_KEPT)
		return;
	if (!apply_check(r, secret, match, v) && v->end == TRACE_KEPT &&
		!r->keep_placeholders) {
		placeholder = check_placeholder(secret);
		if (placeholder)
			lower_it(v, placeholder);
	}
	v->word = find_word(r->stopwords, r->stopword_count, secret);
	if (v->word)
		v->end = TRACE_STOPWORD;
}

/* Base64 shares a character between neighbours: the last byte of a secret
 * ends one character after the next byte begins. */
static size_t outer_end(const struct layer *l, size_t begin, size_t end)
{
	const struct decode_region *r = l->region;
	size_t to = r->from[end];

	if ((l->encoding == ENCODING_BASE64 ||
		    l->encoding == ENCODING_BASE64URL) &&
		end > begin && r->from[end - 1] + 2 > to)
		to = r->from[end - 1] + 2;
	return to < r->end ? to : r->end;
}

void scan_place(const struct scan *s, const struct layer *l, size_t *begin,
	size_t *end, uint8_t encodings[SIGHTING_ENCODINGS], uint8_t *count)
{
	unsigned depth = l->depth;

	*count = 0;
	if (s->utf16 != ENCODING_PLAIN)
		encodings[(*count)++] = (uint8_t)s->utf16;
	for (; l->depth; l = l->outer) {
		size_t first = l->region->from[*begin];
		unsigned slot = *count + l->depth - 1;

		*end = outer_end(l, *begin, *end);
		*begin = first;
		if (slot < SIGHTING_ENCODINGS)
			encodings[slot] = (uint8_t)l->encoding;
	}
	*count = (uint8_t)(*count + depth);
	if (*count > SIGHTING_ENCODINGS)
		*count = SIGHTING_ENCODINGS;
}

static struct found *new_found(struct scan *s)
{
	if (s->found_count == s->found_room) {
		size_t room = s->found_room ? 2 * s->found_room : 64;
		struct found *more;

		if (room > DETECT_GATHER)
			return NULL;
		more = reallocarray(s->found, room, sizeof(*more));
		if (more == NULL) {
			s->ledger.unscanned++;
			return NULL;
		}
		s->found = more;
		s->found_room = room;
	}
	s->found[s->found_count] = (struct found){.rule = 0};
	return &s->found[s->found_count];
}

/* Over the arena's cap a sighting is one too many for a list; that there is
 * no memory for it makes the scan incomplete. */
static bool hold_secret(struct scan *s, bytes secret, struct found *f)
{
	struct arena *a = &s->arenas[s->arena];

	f->s.secret = arena_copy(a, secret);
	if (f->s.secret.at == NULL && a->max - a->used > 2 * LIMIT_SECRET)
		s->ledger.unscanned++;
	return f->s.secret.at != NULL;
}

static void keep(struct scan *s, const struct candidate *c,
	const struct ruling *v)
{
	const struct layer *root = root_of(c->layer);
	bytes secret = bytes_take(bytes_part(c->layer->text, c->secret,
					  c->secret_end),
		LIMIT_SECRET);
	struct found *f = new_found(s);
	size_t begin = c->secret, end = c->secret_end;

	if (f == NULL || !hold_secret(s, secret, f)) {
		s->ledger.unlisted++;
		return;
	}
	f->rule = c->rule;
	f->doubtful = v->reason != NULL;
	f->s.rule = s->d->at[c->rule].rule;
	f->s.confidence = v->confidence;
	f->s.reason = v->reason;
	f->s.entropy = v->entropy;
	scan_place(s, c->layer, &begin, &end, f->s.encodings,
		&f->s.encoding_count);
	f->s.offset = root->base + begin;
	f->s.length = end - begin;
	scan_excerpt(s, &f->s, root->text, begin, end);
	scan_allow(s, &f->s, root->text, begin, end);
	s->found_count++;
}

static bool is_hash_letter(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("+/-_", c));
}

/*
 * Our own baselines and reports are scanned too, and "RULE:HASH" looks like a
 * key and its value. Is the secret a part of the hash of a fingerprint: 20
 * letters, or 'k' and 20, behind a colon and the id of a rule?
 */
static bool is_fingerprint(const struct scan *s, const struct candidate *c)
{
	bytes text = c->layer->text;
	size_t colon = c->secret, end = c->secret, begin;
	char id[80];

	while (colon && c->secret - colon < 22 &&
		is_hash_letter(text.at[colon - 1]))
		colon--;
	while (end < text.n && end - colon < 23 &&
		is_hash_letter(text.at[end]))
		end++;
	if (colon == 0 || text.at[colon - 1] != ':' || end < c->secret_end ||
		(end - colon != 20 &&
			(end - colon != 21 || text.at[colon] != 'k')))
		return false;
	begin = --colon;
	while (begin && colon - begin < sizeof(id) - 1 &&
		is_hash_letter(text.at[begin - 1]))
		begin--;
	memcpy(id, text.at + begin, colon - begin);
	id[colon - begin] = '\0';
	return ruleset_find(s->d->rules, id) != NULL;
}

static void tell(struct scan *s, const struct candidate *c,
	const struct ruling *v)
{
	static const char *const results[] = {
		[CHECK_NONE] = "says nothing",
		[CHECK_PASS] = "passes",
		[CHECK_WELL] = "holds: the structure is right",
		[CHECK_LIKELY] = "finds nothing against it",
		[CHECK_WEAK] = "finds it harmless",
		[CHECK_FAIL] = "fails",
	};
	struct trace_event e = {
		.kind = TRACE_CANDIDATE,
		.end = v->end,
		.rule = s->d->at[c->rule].rule,
		.text = bytes_part(c->layer->text, c->secret, c->secret_end),
		.confidence = v->confidence,
		.reason = v->reason,
		.entropy = v->entropy,
		.check = v->is_checked ? results[v->check.result] : NULL,
		.check_reason = v->check.reason,
		.check_fact = v->check.fact,
		.word = v->word,
		.allowed = v->allowed,
		.is_global = v->is_global,
	};

	scan_tell(s, c->layer, (struct span){c->secret, c->secret_end},
		(struct span){c->begin, c->end}, &e);
}

void scan_judge(struct scan *s, const struct candidate *c)
{
	const struct rule *r = s->d->at[c->rule].rule;
	bytes text = c->layer->text;
	struct ruling v = {.end = TRACE_KEPT};

	if (c->secret_end <= c->secret)
		return;
	if (!has_keyword(s, c))
		v.end = TRACE_NO_KEYWORD;
	else if (is_allowed(s, c, &v))
		v.end = TRACE_ALLOWED;
	else
		weigh(r, bytes_part(text, c->secret, c->secret_end),
			bytes_part(text, c->begin, c->end), &v);
	if (v.end == TRACE_KEPT && v.confidence < CONFIDENCE_CERTAIN &&
		is_fingerprint(s, c))
		lower_it(&v, "a fingerprint of stanch, by its form");
	if (s->trace)
		tell(s, c, &v);
	if (v.end == TRACE_KEPT)
		keep(s, c, &v);
}
