/*
 * Templates -> text that bears tokens, at test time.
 *
 * Random characters come from splitmix64, seeded by the rule's id and the
 * example's number: the same in every run, other in every example. A level
 * of {enc:...} or {repeat:...} writes to a buffer of its own, so the secret
 * that stands between its marks is known before it is encoded.
 */
#include "example/example.h"

#include "base/hash.h"
#include "base/limits.h"
#include "check/check.h"
#include "decode/decode.h"

#include "base/banned.h"

/* Bytes of one expanded example. */
#define TEXT_MAX ((size_t)1 << 20)
/* Templates inside templates, and elements that one example expands. */
#define DEPTH_MAX 8
#define STEPS_MAX ((size_t)1 << 21)
#define REPEAT_MAX 65536u
/* Delimiters after which an unmarked secret is looked for. */
#define TRIES_MAX 16

#define MARK_OPEN "\xc2\xab"
#define MARK_CLOSE "\xc2\xbb"

struct expansion {
	const struct rule *rule;
	size_t index;
	struct example *out;
	uint64_t state; /* of the random source */
	size_t steps;
	struct error *err;
};

/* One level of text; *open is where its mark stands, 0 without one. */
struct level {
	struct buf *text;
	size_t start;
	bool is_open;
	unsigned depth;
};

static enum status fail(const struct expansion *x, const char *what)
{
	const struct rule_example *examples = x->rule->examples;
	bool counter = examples[x->index].counter;
	size_t number = 0;

	for (size_t i = 0; i <= x->index; i++)
		number += examples[i].counter == counter;
	return error_set(x->err, ERR_RULES, "rule '%s': %s %zu: %s",
		x->rule->id, counter ? "counterexample" : "example", number,
		what);
}

static uint64_t random_next(struct expansion *x)
{
	uint64_t z = x->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The members of a class, by name or as a set in brackets. */
static bool class_members(bytes name, struct charset *set)
{
	static const struct {
		const char *name, *set;
	} classes[] = {
		{"base62", "0-9A-Za-z"}, {"alnum", "0-9A-Za-z"},
		{"lower", "a-z"}, {"upper", "A-Z"}, {"digits", "0-9"},
		{"hex", "0-9a-f"}, {"HEX", "0-9A-F"},
		{"base32", "A-Z2-7"}, {"base32lower", "a-z2-7"},
		{"base64", "A-Za-z0-9+/"}, {"base64url", "A-Za-z0-9_-"},
		{"base36", "0-9a-z"}, {"word", "A-Za-z0-9_"},
	};

	if (name.n > 2 && name.at[0] == '[' && name.at[name.n - 1] == ']')
		return charset_parse(set, bytes_part(name, 1, name.n - 1)) &&
		       !charset_is_empty(set);
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (bytes_equal(name, bytes_text(classes[i].name)))
			return charset_parse(set, bytes_text(classes[i].set));
	return false;
}

/* All of text is a decimal number of at most REPEAT_MAX. */
static bool parse_count(bytes text, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*count = *count * 10 + (size_t)(text.at[i] - '0');
		if (*count > REPEAT_MAX)
			return false;
	}
	return text.n > 0;
}

/* rand: the last ':' parts class and count, since a set may hold one. */
static enum status put_random(struct expansion *x, struct level *level,
	bytes argument)
{
	size_t colon = argument.n;
	unsigned char members[256];
	struct charset set;
	size_t count, n = 0;

	while (colon && argument.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || !parse_count(bytes_drop(argument, colon), &count) ||
		!class_members(bytes_take(argument, colon - 1), &set))
		return fail(x, "{rand:CLASS:N} with an unknown class, or a "
			"number over 65536");
	for (unsigned c = 0; c < 256; c++)
		if (charset_has(&set, (unsigned char)c))
			members[n++] = (unsigned char)c;
	for (size_t i = 0; i < count; i++)
		buf_put_byte(level->text, members[random_next(x) % n]);
	return OK;
}

/* Another character that every alphabet with c in it has too. */
static unsigned char other(unsigned char c)
{
	if (c >= 'a' && c <= 'z')
		return c == 'a' ? 'c' : 'a';
	if (c >= 'A' && c <= 'Z')
		return c == 'A' ? 'C' : 'A';
	if (c >= '0' && c <= '9')
		return c == '2' ? '3' : '2';
	return c == '-' ? '_' : c == '+' ? '/' : 'a';
}

/*
 * Change one character so that the check fails: from the end, since check
 * digits mostly stand there; a character whose bits the check does not look
 * at (padding) is passed by.
 */
static void spoil(const struct rule_check *check, struct level *level)
{
	struct buf *text = level->text;

	for (size_t at = text->n; at > level->start; at--) {
		unsigned char *c = &text->at[at - 1];
		unsigned char kept = *c;
		bytes secret = bytes_drop(buf_bytes(text), level->start);
		enum check_result result;

		*c = other(kept);
		result = check_run(check, secret, secret).result;
		if (result == CHECK_FAIL)
			return;
		*c = kept;
	}
	if (text->n > level->start)
		text->at[text->n - 1] = other(text->at[text->n - 1]);
}

static bool is_delimiter(unsigned char c)
{
	return c <= ' ' || c >= 0x7f || strchr("\"'=:;,@<>(){}[]|&?#", c);
}

/* Fill in the check for the text from `start`; unchanged on failure. */
static bool fill(struct expansion *x, struct level *level, size_t start)
{
	size_t n = level->text->n;

	if (!check_fill(&x->rule->check, level->text, start)) {
		level->text->n = n;
		if (level->text->at)
			level->text->at[n] = 0;
		return false;
	}
	level->start = start;
	return true;
}

/*
 * Without a mark the secret begins at the rule's anchor, where matches begin
 * with one, or else after the last delimiter that the check is content with.
 */
static bool fill_unmarked(struct expansion *x, struct level *level)
{
	bytes text = buf_bytes(level->text);
	const struct rule *rule = x->rule;

	for (size_t at = text.n; rule->lead == 0 && at-- > 0;)
		for (size_t i = 0; i < rule->anchor_count; i++)
			if (bytes_starts(bytes_drop(text, at),
				    rule->anchors[i].literal))
				return fill(x, level, at);
	for (size_t at = text.n, tries = 0; at > 0 && tries < TRIES_MAX; at--) {
		if (!is_delimiter(text.at[at - 1]))
			continue;
		if (fill(x, level, at))
			return true;
		tries++;
	}
	return fill(x, level, 0);
}

static enum status put_checksum(struct expansion *x, struct level *level,
	bytes argument)
{
	bool filled;

	(void)argument;
	if (x->rule->check.name == NULL)
		return fail(x, "{checksum} in a rule without a check");
	filled = level->is_open ? fill(x, level, level->start)
				: fill_unmarked(x, level);
	return filled ? OK : fail(x, "the check cannot be filled in here");
}

static enum status expand(struct expansion *x, struct level *level,
	bytes text);

static enum status put_encoded(struct expansion *x, struct level *level,
	bytes argument)
{
	struct buf inner;
	struct level below = {.text = &inner, .depth = level->depth + 1};
	enum encoding e = ENCODING_HEX;
	size_t from = level->text->n;
	bool upper;
	bytes name, text;
	enum status status;

	if (!bytes_cut(argument, ':', &name, &text))
		return fail(x, "{enc:E:TEXT} without a text");
	upper = bytes_equal(name, bytes_text("HEX"));
	if (!upper && !encoding_parse(name, &e))
		return fail(x, "{enc:E:TEXT} with an unknown encoding");
	buf_init(&inner, TEXT_MAX);
	status = expand(x, &below, text);
	if (status == OK && inner.failed)
		status = fail(x, "it is too large");
	if (status == OK)
		decode_encode(e, buf_bytes(&inner), level->text);
	buf_release_wiped(&inner);
	for (size_t i = from; upper && i < level->text->n; i++) {
		unsigned char *c = &level->text->at[i];

		if (*c >= 'a' && *c <= 'f')
			*c = (unsigned char)(*c - 32);
	}
	return status;
}

static enum status put_repeated(struct expansion *x, struct level *level,
	bytes argument)
{
	enum status status = OK;
	bytes number, text;
	size_t count;

	if (!bytes_cut(argument, ':', &number, &text) ||
		!parse_count(number, &count))
		return fail(x, "{repeat:N:TEXT} without a number up to 65536");
	level->depth++;
	for (size_t i = 0; status == OK && i < count; i++)
		status = expand(x, level, text);
	level->depth--;
	return status;
}

/* Where the brace that closes text[0] stands, or BYTES_NONE. */
static size_t closing(bytes text)
{
	size_t depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		depth += text.at[i] == '{';
		depth -= text.at[i] == '}';
		if (depth == 0)
			return i;
	}
	return BYTES_NONE;
}

static enum status put_spoilt(struct expansion *x, struct level *level,
	bytes argument)
{
	enum status status = put_checksum(x, level, argument);

	if (status == OK)
		spoil(&x->rule->check, level);
	return status;
}

static enum status put_nothing(struct expansion *x, struct level *level,
	bytes argument)
{
	(void)x;
	(void)level;
	(void)argument;
	return OK;
}

static const struct element {
	const char *opening;
	enum status (*put)(struct expansion *x, struct level *level,
		bytes argument);
} elements[] = {
	{"{rand:", put_random}, {"{enc:", put_encoded},
	{"{repeat:", put_repeated}, {"{checksum}", put_checksum},
	{"{badchecksum}", put_spoilt}, {"{split}", put_nothing},
};

/*
 * An element at the start of text? *used is its length then, or 0 when the
 * brace is itself.
 */
static enum status put_element(struct expansion *x, struct level *level,
	bytes text, size_t *used)
{
	*used = 0;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		bytes opening = bytes_text(elements[i].opening);
		size_t close;

		if (!bytes_starts(text, opening))
			continue;
		close = closing(text);
		if (close == BYTES_NONE)
			return fail(x, "a template's brace is not closed");
		*used = close + 1;
		return elements[i].put(x, level,
			bytes_part(text, opening.n, close));
	}
	return OK;
}

static enum status mark_open(struct expansion *x, struct level *level)
{
	if (level->is_open)
		return fail(x, "a mark inside a mark");
	level->is_open = true;
	level->start = level->text->n;
	return OK;
}

static enum status mark_close(struct expansion *x, struct level *level)
{
	struct example *out = x->out;

	if (!level->is_open)
		return fail(x, "a closing mark without an opening one");
	if (out->count == EXAMPLE_SECRETS)
		return fail(x, "more than 8 marked secrets");
	buf_put(&out->secrets,
		bytes_drop(buf_bytes(level->text), level->start));
	out->ends[out->count++] = out->secrets.n;
	level->is_open = false;
	return OK;
}

static enum status expand(struct expansion *x, struct level *level,
	bytes text)
{
	enum status status = OK;

	if (level->depth > DEPTH_MAX)
		return fail(x, "templates are nested too deeply");
	if (++x->steps > STEPS_MAX)
		return fail(x, "it is too large");
	while (text.n && status == OK) {
		size_t used = 0;

		if (++x->steps > STEPS_MAX || level->text->failed)
			return fail(x, "it is too large");
		if (bytes_starts(text, bytes_text(MARK_OPEN))) {
			status = mark_open(x, level);
			used = 2;
		} else if (bytes_starts(text, bytes_text(MARK_CLOSE))) {
			status = mark_close(x, level);
			used = 2;
		} else if (text.at[0] == '{') {
			status = put_element(x, level, text, &used);
		}
		if (used == 0 && status == OK) {
			buf_put_byte(level->text, text.at[0]);
			used = 1;
		}
		text = bytes_drop(text, used);
	}
	return status;
}

enum status example_expand(const struct rule *rule, size_t index,
	struct example *out, struct error *err)
{
	struct error unheard;
	struct expansion x = {.rule = rule, .index = index, .out = out,
		.err = err ? err : &unheard};
	struct level level = {.text = &out->text};
	enum status status;

	*out = (struct example){.count = 0};
	if (index >= rule->example_count)
		return error_set(err, ERR_USAGE, "rule '%s' has %zu examples",
			rule->id, rule->example_count);
	buf_init(&out->text, TEXT_MAX);
	buf_init(&out->secrets, TEXT_MAX);
	x.state = hash_64(bytes_text(rule->id), index);
	status = expand(&x, &level, bytes_text(rule->examples[index].text));
	if (status == OK && level.is_open)
		status = fail(&x, "a mark is not closed");
	if (status == OK && (out->text.failed || out->secrets.failed))
		status = fail(&x, "it is too large");
	if (status != OK)
		example_release(out);
	return status;
}

bytes example_secret(const struct example *e, size_t i)
{
	return bytes_part(buf_bytes(&e->secrets), i ? e->ends[i - 1] : 0,
		e->ends[i]);
}

void example_release(struct example *e)
{
	buf_release_wiped(&e->text);
	buf_release_wiped(&e->secrets);
	e->count = 0;
}
