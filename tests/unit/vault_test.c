/* What a vault keeps, and of whom it does not take it. */
#include "unit.h"

#include "base/hash.h"
#include "vault/vault.h"

#include <stdlib.h>

#include "base/banned.h"

/* "rule:" and the secret's C3ID. */
static const char *name_of(const char *secret, char out[64])
{
	char id[C3ID_LENGTH + 1];

	hash_c3id(bytes_text(secret), id);
	snprintf(out, 64, "rule:%s", id);
	return out;
}

static struct vault_secret secret_of(const char *text)
{
	return (struct vault_secret){.secret = bytes_text(text)};
}

static void keeps(void)
{
	struct vault *v = vault_new();
	struct vault_secret s, found;
	char name[64], text[32];

	/* More than the first table holds. */
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "secret %d", i);
		s = secret_of(text);
		CHECK_EQUAL(vault_put(v, bytes_text(name_of(text, name)), &s),
			VAULT_KEPT);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "secret %d", i);
		CHECK(vault_find(v, bytes_text(name_of(text, name)), &found));
		CHECK_BYTES(found.secret, bytes_text(text));
	}
	CHECK(!vault_has(v, bytes_text(name_of("another", name))));
	CHECK(!vault_find(v, bytes_text(""), &found));
	vault_free(v);
}

static void checks(void)
{
	struct vault *v = vault_new();
	const struct vault_secret s = secret_of("one"), none = secret_of("");
	char name[64];

	CHECK_EQUAL(vault_put(v, bytes_text(name_of("other", name)), &s),
		VAULT_FALSE);
	CHECK_EQUAL(vault_put(v, bytes_text("rule:"), &s), VAULT_FALSE);
	CHECK_EQUAL(vault_put(v, bytes_text("rule:short"), &s), VAULT_FALSE);
	CHECK_EQUAL(vault_put(v, bytes_text(""), &s), VAULT_FALSE);
	CHECK_EQUAL(vault_put(v, bytes_text(name_of("", name)), &none),
		VAULT_FALSE);
	/* A keyed one tells nothing of its secret. */
	CHECK_EQUAL(vault_put(v, bytes_text("rule:k01234567890123456789"), &s),
		VAULT_KEPT);
	CHECK_EQUAL(vault_put(v, bytes_text("rule:x01234567890123456789"), &s),
		VAULT_FALSE);
	vault_free(v);
}

static void joins(void)
{
	struct vault *v = vault_new();
	struct vault_secret s = secret_of("one"), found;
	char name[64];

	name_of("one", name);
	s.parts[s.part_count++] = (struct vault_part){bytes_text("org"),
		bytes_text("acme"), true};
	CHECK_EQUAL(vault_put(v, bytes_text(name), &s), VAULT_KEPT);
	/* The same again, and another one from another repository. */
	s.parts[s.part_count++] = (struct vault_part){bytes_text("org"),
		bytes_text("contoso"), false};
	CHECK_EQUAL(vault_put(v, bytes_text(name), &s), VAULT_KEPT);
	CHECK(vault_find(v, bytes_text(name), &found));
	CHECK_EQUAL(found.part_count, 2);
	CHECK_BYTES(found.parts[0].secret, bytes_text("acme"));
	CHECK(found.parts[0].is_near);
	CHECK_BYTES(found.parts[1].secret, bytes_text("contoso"));
	CHECK(!found.parts[1].is_near);
	/* No more than there is room for. */
	for (int i = 0; i < 10; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		s.part_count = 1;
		s.parts[0].secret = bytes_text(text);
		CHECK_EQUAL(vault_put(v, bytes_text(name), &s), VAULT_KEPT);
	}
	CHECK(vault_find(v, bytes_text(name), &found));
	CHECK_EQUAL(found.part_count, VAULT_PARTS);
	CHECK_BYTES(found.secret, bytes_text("one"));
	vault_free(v);
}

static void is_bounded(void)
{
	struct vault *v = vault_new();
	const size_t size = (size_t)64 << 20;
	char *text = calloc(1, size), name[64];
	struct vault_secret s = {.secret = bytes_of(text, size)};
	int kept = 0;

	for (int i = 0; i < 6 && text; i++) {
		char id[C3ID_LENGTH + 1];

		text[0] = (char)('a' + i);
		hash_c3id(s.secret, id);
		snprintf(name, sizeof(name), "rule:%s", id);
		kept += vault_put(v, bytes_text(name), &s) == VAULT_KEPT;
	}
	CHECK_EQUAL(kept, 3);
	free(text);
	vault_free(v);
	vault_free(NULL);
}

static const struct unit_test tests[] = {
	{"a thousand secrets, each by its fingerprint", keeps},
	{"a fingerprint that is not the secret's is refused", checks},
	{"what stood beside it comes together, and is bounded", joins},
	{"no more bytes than the vault may hold", is_bounded},
};

UNIT_MAIN(tests)
