/*
 * text: one text, to its end: scanned or remembered, its findings told, its
 * file counted. Inside engine/ only. The path is borrowed. One text at a time
 * for each worker.
 */
#ifndef STANCH_ENGINE_TEXT_H
#define STANCH_ENGINE_TEXT_H

#include "base/hash.h"
#include "leaks/leaks.h"

struct engine_worker;

struct engine_text {
	bytes path;
	enum leak_source source;
	uint64_t path_key;
};
void engine_text_init(struct engine_text *t, struct engine_worker *w,
	bytes path, enum leak_source source);
void engine_text_whole(struct engine_worker *w, const struct engine_text *t,
	bytes data);
unsigned engine_text_begin(struct engine_worker *w,
	const struct engine_text *t);
unsigned engine_text_feed(struct engine_worker *w, bytes piece);
/* Pass over `hole` zeros; every piece so far must have been counted. */
unsigned engine_text_pass(struct engine_worker *w, const struct engine_text *t,
	uint64_t hole);
void engine_text_count(struct engine_worker *w, bytes piece);
/* Forget the text begun, and what was found in it. */
void engine_text_drop(struct engine_worker *w);
/* `end` says how reading went; findings so far are told in any case. */
void engine_text_finish(struct engine_worker *w, const struct engine_text *t,
	unsigned end);
/* The key of a text whose bytes hash to h. */
struct hash128 engine_text_key(struct hash128 h, uint64_t size);
uint64_t engine_text_seed(const struct engine_worker *w,
	const struct engine_text *t);
/* If this content is known: tell it at t and return true. */
bool engine_text_retell(struct engine_worker *w, const struct engine_text *t,
	struct hash128 key, uint64_t size);

#endif
