/*
 * The name of a leak: "<rule>:<C3ID>", which anybody can compute who holds
 * the secret, and nobody who does not: a C3ID is 120 bits of a SHA-256, so it
 * tells nothing about a random token. It would tell a password, by trying a
 * dictionary; hence guessable secrets get "<rule>:k" and an HMAC instead.
 */
#include "leaks/internal.h"

#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

/* As many bytes of the HMAC as a C3ID has of its digest. */
#define KEYED_BYTES 15
#define KEYED_LENGTH 20

static void base64url(const unsigned char in[KEYED_BYTES],
	char out[KEYED_LENGTH + 1])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";

	for (int group = 0; group < KEYED_BYTES / 3; group++) {
		const unsigned char *b = in + group * 3;
		uint32_t v = ((uint32_t)b[0] << 16) | ((uint32_t)b[1] << 8) |
			     b[2];

		for (int i = 0; i < 4; i++)
			out[group * 4 + i] = digits[(v >> (18 - 6 * i)) & 63];
	}
	out[KEYED_LENGTH] = '\0';
}

/* HMAC of `<rule id> NUL <secret>`: the rule's end is never in doubt. */
static bool keyed(const struct rule *rule, bytes secret, bytes key,
	char out[KEYED_LENGTH + 1])
{
	unsigned char digest[SHA256_SIZE];
	size_t head = strlen(rule->id) + 1;
	size_t size;
	unsigned char *text;

	if (__builtin_add_overflow(head, secret.n, &size))
		return false;
	text = malloc(size);
	if (text == NULL)
		return false;
	memcpy(text, rule->id, head);
	if (secret.n)
		memcpy(text + head, secret.at, secret.n);
	hash_hmac_sha256(key, bytes_of(text, size), digest);
	secret_wipe(text, size);
	free(text);
	base64url(digest, out);
	return true;
}

char *leak_fingerprint_new(const struct rule *rule, bytes secret, bytes key)
{
	char id[C3ID_LENGTH + KEYED_LENGTH + 1];
	size_t head = strlen(rule->id);
	char *text = malloc(head + 2 + sizeof(id));

	if (text == NULL)
		return NULL;
	memcpy(text, rule->id, head);
	text[head++] = ':';
	if (!rule->guessable) {
		hash_c3id(secret, id);
	} else if (keyed(rule, secret, key, id)) {
		text[head++] = 'k';
	} else {
		free(text);
		return NULL;
	}
	memcpy(text + head, id, strlen(id) + 1);
	return text;
}
