/*
 * load: what the files that read rule files share.
 *
 * A table is read through a list of keys; each key has a reader and the place
 * of its field. Everything read lives in the ruleset's arena.
 */
#ifndef STANCH_RULESET_LOAD_H
#define STANCH_RULESET_LOAD_H

#include "pattern/pattern.h"
#include "ruleset/internal.h"
#include "ruleset/toml.h"

struct load {
	struct ruleset *set;
	struct arena *arena;   /* the set's */
	struct arena *scratch; /* reset for each pattern */
	const char *file;      /* in the arena */
	const char *rule;      /* its id, for errors; NULL outside */
	enum ruleset_origin origin;
	bool extends;	 /* the file extends others: rules merge */
	unsigned depth;	 /* how many files extend to this one */
	struct error *err;
};

struct text_list {
	const char *const *at;
	size_t n;
};

/* `field` is the key's place in the object that is read. */
typedef enum status key_read(struct load *l, const struct toml_entry *entry,
	void *field);

struct key {
	const char *name;
	bool ours; /* only our format has it */
	key_read *read;
	size_t offset;
};

#define KEY_COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))

struct key_table {
	const struct key *keys;
	size_t count;
	const char *what; /* "a rule", "an allowlist": for errors */
};

/*
 * Read a table. In our files an unknown key is an error with the nearest
 * name; in foreign ones it is passed over, and the case of keys is ignored.
 * at[i], unless `at` is NULL, becomes the value of key i where present.
 */
enum status ruleset_read_table(struct load *l, const struct key_table *table,
	const struct toml_node *node, void *object,
	const struct toml_node **at) MUST_USE;
/* The value of one key of a table, or NULL; case is ignored. */
const struct toml_node *ruleset_key(const struct toml_node *table,
	const char *name);

/* An error at a node: file:line:column: rule 'id': text. */
enum status ruleset_fail(const struct load *l, const struct toml_node *at,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same as a warning. */
void ruleset_note(const struct load *l, const struct toml_node *at,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
enum status ruleset_load_no_memory(const struct load *l);

/* Readers; the comment tells the field's type. */
key_read ruleset_read_ignored;
key_read ruleset_read_text;    /* const char * */
key_read ruleset_read_list;    /* struct text_list */
key_read ruleset_read_lowered; /* struct text_list, ASCII lower case */
key_read ruleset_read_count;   /* uint32_t */
key_read ruleset_read_short;   /* uint16_t */
key_read ruleset_read_byte;    /* uint8_t */
key_read ruleset_read_flag;    /* bool */
key_read ruleset_read_number;  /* float, 0 to 8 */
key_read ruleset_read_charset; /* struct charset */
key_read ruleset_read_encodings; /* uint8_t */

/* Parse and compile a regex; *out, unless NULL, is valid until the next. */
enum status ruleset_check_pattern(struct load *l, const struct toml_node *at,
	const char *regex, const struct pattern **out) MUST_USE;
/* [allowlist] or [[allowlists]]: appended to what *lists holds. */
struct allowlists {
	const struct rule_allowlist *at;
	size_t n;
};
key_read ruleset_read_allowlists; /* struct allowlists */

/* Anchors from both lists, in the arena. */
enum status ruleset_make_anchors(const struct load *l,
	const struct text_list *exact, const struct text_list *nocase,
	uint8_t encodings, const struct rule_anchor **out, size_t *count)
	MUST_USE;

/* [rules.verify], [rules.revoke]: const struct request_block * */
key_read ruleset_read_request;

/* A rule while it is read. */
enum rule_key { /* those whose place errors need; see load_rule.c */
	RULE_KEY_REGEX,
	RULE_KEY_PATH,
	RULE_KEY_ANCHORS,
	RULE_KEY_ANCHORS_NOCASE,
	RULE_KEY_KEYWORDS,
	RULE_KEY_NEAR,
	RULE_KEY_RUN,
	RULE_KEY_RUN_LENGTH,
	RULE_KEY_SECRET_GROUP,
	RULE_KEY_ENCODINGS,
	RULE_KEY_CONFIDENCE,
	RULE_KEY_NOTED, /* how many of them */
};

struct draft {
	struct rule rule;
	struct text_list keywords, anchors, anchors_nocase;
	struct text_list tags, references, stopwords;
	struct text_list examples, counterexamples;
	struct allowlists allowlists;
	const char *regex, *path;
	bool extended; /* begun from a known rule */
	const struct toml_node *table;
	const struct toml_node *at[RULE_KEY_NOTED + 64];
};

enum status ruleset_load_rule(struct load *l, const struct toml_node *table)
	MUST_USE;
/* Does the table of a rule have a key that only our format has? */
bool ruleset_is_ours(const struct toml_node *table);
/* Anchors, finder, lead and width; refuses what cannot be fast. */
enum status ruleset_analyse(struct load *l, struct draft *d) MUST_USE;

#endif
