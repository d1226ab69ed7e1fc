#include "vault/vault.h"

#include "base/hash.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define FIRST_SLOTS 256

/* One block: this, then the texts. */
struct kept {
	size_t size; /* of the block */
	bytes fingerprint;
	struct vault_secret secret;
};

struct vault {
	struct kept **slots;
	size_t room, count, sum;
};

struct vault *vault_new(void)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->room = FIRST_SLOTS;
	v->slots = calloc(v->room, sizeof(struct kept *));
	if (v->slots == NULL) {
		free(v);
		return NULL;
	}
	return v;
}

static void forget(struct kept *k)
{
	if (k)
		secret_wipe(k, k->size);
	free(k);
}

void vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->room; i++)
		forget(v->slots[i]);
	free(v->slots);
	free(v);
}

/* ---- the table ----------------------------------------------------------- */

static struct kept **slot_of(struct kept **slots, size_t room,
	bytes fingerprint)
{
	size_t i = (size_t)hash_64(fingerprint, 0) & (room - 1);

	while (slots[i] && !bytes_equal(slots[i]->fingerprint, fingerprint))
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static bool grow(struct vault *v)
{
	const size_t room = v->room * 2;
	struct kept **slots = calloc(room, sizeof(struct kept *));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < v->room; i++)
		if (v->slots[i])
			*slot_of(slots, room, v->slots[i]->fingerprint) =
				v->slots[i];
	free(v->slots);
	v->slots = slots;
	v->room = room;
	return true;
}

/* ---- one secret ---------------------------------------------------------- */

/* "<rule>:<C3ID>" tells its secret; "<rule>:k..." is keyed, and cannot be
 * checked without the key. */
static bool is_true(bytes fingerprint, bytes secret)
{
	char c3id[C3ID_LENGTH + 1];
	size_t colon = fingerprint.n;
	bytes digest;

	while (colon > 0 && fingerprint.at[colon - 1] != ':')
		colon--;
	digest = bytes_drop(fingerprint, colon);
	if (colon == 0 || secret.n == 0)
		return false;
	if (digest.n == C3ID_LENGTH + 1 && digest.at[0] == 'k')
		return true;
	hash_c3id(secret, c3id);
	return bytes_equal(digest, bytes_text(c3id));
}

static bool has_part(const struct vault_secret *s, const struct vault_part *p)
{
	for (size_t i = 0; i < s->part_count; i++)
		if (bytes_equal(s->parts[i].rule, p->rule) &&
			bytes_equal(s->parts[i].secret, p->secret))
			return true;
	return false;
}

/* What both tell; the first one's parts go before. */
static struct vault_secret join(const struct vault_secret *a,
	const struct vault_secret *b)
{
	struct vault_secret out = *a;

	for (size_t i = 0; i < b->part_count; i++)
		if (out.part_count < VAULT_PARTS &&
			!has_part(&out, &b->parts[i]))
			out.parts[out.part_count++] = b->parts[i];
	return out;
}

static bytes copy(unsigned char **to, bytes from)
{
	bytes at = bytes_of(*to, from.n);

	if (from.n)
		memcpy(*to, from.at, from.n);
	*to += from.n;
	return at;
}

static struct kept *make(bytes fingerprint, const struct vault_secret *s)
{
	size_t size = sizeof(struct kept) + fingerprint.n + s->secret.n;
	struct kept *k;
	unsigned char *to;

	for (size_t i = 0; i < s->part_count; i++)
		size += s->parts[i].rule.n + s->parts[i].secret.n;
	k = calloc(1, size);
	if (k == NULL)
		return NULL;
	to = (unsigned char *)(k + 1);
	k->size = size;
	k->fingerprint = copy(&to, fingerprint);
	k->secret.secret = copy(&to, s->secret);
	k->secret.part_count = s->part_count;
	for (size_t i = 0; i < s->part_count; i++)
		k->secret.parts[i] = (struct vault_part){
			.rule = copy(&to, s->parts[i].rule),
			.secret = copy(&to, s->parts[i].secret),
			.is_near = s->parts[i].is_near,
		};
	return k;
}

enum vault_kept vault_put(struct vault *v, bytes fingerprint,
	const struct vault_secret *secret)
{
	struct vault_secret all = *secret;
	struct kept **slot, *made;

	if (!is_true(fingerprint, secret->secret))
		return VAULT_FALSE;
	if (v->count * 2 >= v->room && !grow(v))
		return VAULT_FULL;
	slot = slot_of(v->slots, v->room, fingerprint);
	if (*slot) {
		all = join(&(*slot)->secret, secret);
		if (all.part_count == (*slot)->secret.part_count)
			return VAULT_KEPT;
	}
	made = make(fingerprint, &all);
	if (made == NULL || v->sum + made->size > VAULT_MOST) {
		forget(made);
		return VAULT_FULL;
	}
	v->sum += made->size - (*slot ? (*slot)->size : 0);
	v->count += *slot == NULL;
	forget(*slot);
	*slot = made;
	return VAULT_KEPT;
}

bool vault_has(const struct vault *v, bytes fingerprint)
{
	return *slot_of(v->slots, v->room, fingerprint) != NULL;
}

bool vault_find(const struct vault *v, bytes fingerprint,
	struct vault_secret *out)
{
	const struct kept *k = *slot_of(v->slots, v->room, fingerprint);

	if (k)
		*out = k->secret;
	return k != NULL;
}
