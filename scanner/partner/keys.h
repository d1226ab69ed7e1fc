/*
 * keys: GitHub's public keys, fetched when they are needed and kept.
 *
 * They are asked for at the start, when an unknown id comes, once a day, and
 * when they could not be had; never more often than once in `every` seconds,
 * whoever sends ids of his own making. With the validator of the last answer,
 * so that an unchanged list is a 304. What is no list of keys changes nothing.
 * The host is api.github.com, or what the network configuration puts in its
 * place ([base], [connect]).
 */
#ifndef STANCH_PARTNER_KEYS_H
#define STANCH_PARTNER_KEYS_H

#include "net/config.h"
#include "receive/receive.h"

struct keys;

enum status keys_new(const struct net_config *network, uint32_t every,
	struct keys **out, struct error *err) MUST_USE;
void keys_free(struct keys *k); /* accepts NULL */

/* Somebody has an id that is not known: fetch, if that is allowed now. */
void keys_want(struct keys *k);
/* Is one under way? Then keys_step is to be called soon. */
bool keys_are_coming(const struct keys *k);
/*
 * Go on, without waiting; true: who waits can be told, with keys_tell. A line
 * for people about what went wrong, or about new keys, is in *say, else NULL;
 * valid until the next call.
 */
bool keys_step(struct keys *k, const char **say);
/* What is known now, to stanch-partner. */
void keys_tell(const struct keys *k, struct receive *to);

/* From an answer's body, for tests: false when it is no list of keys; ids and
 * texts are copied. */
struct keys_list {
	struct receive_key at[RECEIVE_KEYS];
	size_t n;
};
bool keys_read(bytes body, struct keys_list *out);
void keys_list_release(struct keys_list *list);

#endif
