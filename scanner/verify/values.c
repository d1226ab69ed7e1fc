/*
 * values: what may be told of a leak to a rule's templates.
 *
 * Companions come from the places of the leak, the surest first; those that
 * stood within a few lines of the token are trusted to belong to it. For
 * Azure DevOps, organizations that stood near other tokens of the same scan
 * and those that the user configured are candidates too, after its own.
 */
#include "verify/internal.h"

#include "base/banned.h"

/* A block of settings: an organization this near is the token's. */
#define NEAR_LINES 10
#define ORGANIZATION "azure-devops-organization"

static bool is_known(const struct request_values *values, const char *name,
	bytes value)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->at[i].name, name) == 0 &&
			bytes_equal_nocase(values->at[i].value, value))
			return true;
	return false;
}

static void add(struct request_values *values, struct request_value v)
{
	if (values->count < REQUEST_VALUES &&
		!is_known(values, v.name, v.value))
		values->at[values->count++] = v;
}

static uint32_t lines_between(uint32_t a, uint32_t b)
{
	return a < b ? b - a : a - b;
}

enum part_trust { PARTS_NEAR, PARTS_FAR };

/* The companions of a leak's places: those near, or the others. */
static void add_parts(const struct leak *leak, enum part_trust which,
	struct request_values *out)
{
	for (size_t p = 0; p < leak->place_count; p++) {
		const struct leak_place *place = &leak->places[p];

		for (size_t i = 0; i < place->part_count; i++) {
			const struct sighting_part *part = &place->parts[i];
			bool near = lines_between(part->line, place->line) <=
				    NEAR_LINES;

			if (near == (which == PARTS_NEAR))
				add(out, (struct request_value){
					.name = part->rule->id,
					.value = part->secret,
					.is_secret = !part->rule->helper,
					.is_trusted = near});
		}
	}
}

static bool has_companion(const struct rule *rule, const char *id)
{
	for (size_t i = 0; i < rule->companion_count; i++)
		if (strcmp(rule->companions[i].rule, id) == 0)
			return true;
	return false;
}

/* Organizations beside other tokens: the same repository, most likely. */
static void add_others(const struct leaks *leaks, struct request_values *out)
{
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *other = leaks_at(leaks, i);

		for (size_t p = 0; p < other->place_count; p++)
			for (size_t k = 0; k < other->places[p].part_count;
				k++) {
				const struct sighting_part *part =
					&other->places[p].parts[k];

				if (strcmp(part->rule->id, ORGANIZATION) == 0)
					add(out, (struct request_value){
						.name = ORGANIZATION,
						.value = part->secret});
			}
	}
}

void verify_values(const struct leaks *leaks, const struct leak *leak,
	const struct verify_options *options, struct request_values *out)
{
	out->count = 0;
	add(out, (struct request_value){.name = "secret",
		.value = leak->secret, .is_secret = true});
	add_parts(leak, PARTS_NEAR, out);
	add_parts(leak, PARTS_FAR, out);
	if (!has_companion(leak->rule, ORGANIZATION))
		return;
	add_others(leaks, out);
	for (size_t i = 0; i < options->organization_count; i++)
		add(out, (struct request_value){.name = ORGANIZATION,
			.value = bytes_text(options->organizations[i]),
			.is_trusted = options->organization_count == 1 &&
				request_values_find(out, ORGANIZATION, 0) ==
					NULL});
}

/* ---- what may be asked about -------------------------------------------- */

/* By the base32 digits of a key id; 12 digits. Source: tokens.md A6, that is
 * AWS's own layout of key ids since 2019. */
static bool aws_account(bytes id, char account[13])
{
	uint64_t value = 0;

	if (id.n != 20)
		return false;
	for (size_t i = 4; i < 14; i++) {
		unsigned char c = id.at[i];
		uint64_t digit;

		if (c >= 'A' && c <= 'Z')
			digit = (uint64_t)(c - 'A');
		else if (c >= '2' && c <= '7')
			digit = (uint64_t)(c - '2') + 26;
		else
			return false;
		value = value << 5 | digit;
	}
	value = (value >> 2 & 0x7fffffffff80) >> 7;
	for (size_t i = 12; i > 0; i--, value /= 10)
		account[i - 1] = (char)('0' + value % 10);
	account[12] = '\0';
	return true;
}

static bool is_canary(bytes id, const struct verify_options *options)
{
	/* Published samples of a vendor of such bait. */
	static const char *const known[] = {"171436882533"};
	char account[13];

	if (!aws_account(id, account))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], account) == 0)
			return true;
	for (size_t i = 0; i < options->canary_count; i++)
		if (strcmp(options->canaries[i], account) == 0)
			return true;
	return false;
}

bool verify_goes_before(const struct leak *a, const struct leak *b)
{
	if (a->rule->specificity != b->rule->specificity)
		return a->rule->specificity > b->rule->specificity;
	if (a->confidence != b->confidence)
		return a->confidence > b->confidence;
	return strcmp(a->rule->id, b->rule->id) < 0;
}

bool verify_best(const struct leaks *leaks, const struct leak *leak)
{
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *other = leaks_at(leaks, i);

		if (other != leak &&
			bytes_equal(other->secret, leak->secret) &&
			verify_goes_before(other, leak))
			return false;
	}
	return true;
}

const char *verify_forbids(const struct leak *leak,
	const struct verify_options *options)
{
	const struct rule *rule = leak->rule;

	if (rule->verify == NULL)
		return "the rule has no way to ask";
	if (leak->confidence == CONFIDENCE_LOW)
		return "too unsure to be asked about";
	if (rule->verify->unsafe && !options->unsafe)
		return "asking could do more than read; --verify-unsafe allows "
		       "it";
	if (strcmp(rule->provider, "aws") != 0)
		return NULL;
	if (is_canary(leak->secret, options))
		return "its account is known for bait: asking would alarm";
	for (size_t p = 0; p < leak->place_count; p++)
		for (size_t i = 0; i < leak->places[p].part_count; i++)
			if (is_canary(leak->places[p].parts[i].secret,
				    options))
				return "its account is known for bait: "
				       "asking would alarm";
	return NULL;
}

const struct request_block *verify_block(const struct rule *rule,
	const struct request_block *block, struct request_block *room)
{
	static const char *const configured[] = {"@configured"};

	if (block == NULL || rule->builtin)
		return block;
	*room = *block;
	room->hosts = configured;
	room->host_count = 1;
	return room;
}
