/* Shared inside policy/ only: reading tables by lists of keys. */
#ifndef STANCH_POLICY_INTERNAL_H
#define STANCH_POLICY_INTERNAL_H

#include "base/arena.h"
#include "policy/policy.h"
#include "ruleset/toml.h"

struct policy_memory {
	struct arena arena;
};

struct policy_reading {
	const char *name; /* of the file */
	struct arena *arena;
	struct error *err;
};

/* A key and the reader of its value; `field` is the place in the object. */
typedef enum status policy_read(struct policy_reading *r,
	const struct toml_entry *entry, void *field);
struct policy_key {
	const char *name;
	policy_read *read;
	size_t offset;
};
struct policy_keys {
	const struct policy_key *at;
	size_t n;
	const char *what; /* "the policy", "a webhook" */
};
#define POLICY_KEYS(keys, of) {keys, sizeof(keys) / sizeof((keys)[0]), of}

/* An unknown key is an error that names the nearest known one. */
enum status policy_read_table(struct policy_reading *r,
	const struct policy_keys *keys, const struct toml_node *table,
	void *object) MUST_USE;
/* name:line:column: 'key': text; ERR_USAGE. */
enum status policy_fail(struct policy_reading *r,
	const struct toml_entry *entry, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A list of tables, each of `size` bytes, begun as a copy of `fresh`. */
struct policy_list {
	const struct policy_keys *keys;
	size_t size;
	const void *fresh;
};
enum status policy_read_list(struct policy_reading *r,
	const struct toml_entry *entry, const struct policy_list *list,
	void *out_array, size_t *out_count) MUST_USE;

/* Readers; the comment tells the field's type. */
policy_read policy_read_text;	 /* const char *; not empty */
policy_read policy_read_path;	 /* const char *; absolute */
policy_read policy_read_url;	 /* const char *; https */
policy_read policy_read_texts;	 /* struct policy_texts */
policy_read policy_read_choice;	 /* enum policy_choice, from a boolean */
policy_read policy_read_flag;	 /* bool */
policy_read policy_read_port;	 /* uint16_t */
policy_read policy_read_count;	 /* uint32_t */
policy_read policy_read_seconds; /* int64_t: 72h, "5m", 30 */
policy_read policy_read_confidence; /* int */
policy_read policy_read_secret_source; /* struct policy_secret */
/* One of the names (ends with NULL): its index, an int. */
enum status policy_read_name(struct policy_reading *r,
	const struct toml_entry *entry, const char *const *names, int *out)
	MUST_USE;

#endif
