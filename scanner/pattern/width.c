/*
 * Widths, and repeats inside repeats.
 *
 * The parser measures each node when it makes it, so widths are only read
 * here. Nesting is judged by ambiguity: text that an inner repeat took may
 * also be split between rounds of the outer one, unless each round holds a
 * byte that the inner repeat cannot take: (?:[a-z]+\.)* is linear, (a+)+ is
 * not. Small products of counts are let through: they cannot explode.
 */
#include "pattern/internal.h"

#include "base/banned.h"

/* Rounds of outer times inner repeat that are harmless in any case. */
#define NESTED_FREE 64

uint32_t pattern_width(const struct pattern *p)
{
	return p->root->width;
}

uint32_t pattern_width_least(const struct pattern *p)
{
	return p->root->least;
}

uint32_t pattern_groups(const struct pattern *p)
{
	return p->groups;
}

/* Every byte that the node may take anywhere. */
static void reach(const struct pattern_node *node, struct charset *set)
{
	if (node->kind == PATTERN_SET)
		for (size_t i = 0; i < 4; i++)
			set->word[i] |= node->set.word[i];
	for (node = node->child; node; node = node->next)
		reach(node, set);
}

static bool is_disjoint(const struct charset *a, const struct charset *b)
{
	for (size_t i = 0; i < 4; i++)
		if (a->word[i] & b->word[i])
			return false;
	return true;
}

/* Does every match of node hold a byte outside the set? */
static bool has_delimiter(const struct pattern_node *node,
	const struct charset *set)
{
	const struct pattern_node *one;

	switch (node->kind) {
	case PATTERN_SET:
		return is_disjoint(&node->set, set);
	case PATTERN_CAT:
		for (one = node->child; one; one = one->next)
			if (has_delimiter(one, set))
				return true;
		return false;
	case PATTERN_ALT:
		for (one = node->child; one; one = one->next)
			if (!has_delimiter(one, set))
				return false;
		return true;
	case PATTERN_REPEAT:
		return node->min && has_delimiter(node->child, set);
	case PATTERN_EMPTY:
		break;
	}
	return false;
}

/* Inside `round`, the body of a repeat with this maximum. */
static bool explodes(const struct pattern_node *round, uint32_t max,
	const struct pattern_node *node)
{
	if (node->kind == PATTERN_REPEAT && node->max > node->min &&
		node->max > 1 && node->width > 0 &&
		pattern_multiply(max, node->max) > NESTED_FREE) {
		struct charset taken = {{0}};

		reach(node, &taken);
		if (!has_delimiter(round, &taken))
			return true;
	}
	for (node = node->child; node; node = node->next)
		if (explodes(round, max, node))
			return true;
	return false;
}

static bool is_nested(const struct pattern_node *node)
{
	if (node->kind == PATTERN_REPEAT && node->max > 1 &&
		node->max > node->min &&
		explodes(node->child, node->max, node->child))
		return true;
	for (node = node->child; node; node = node->next)
		if (is_nested(node))
			return true;
	return false;
}

bool pattern_is_nested(const struct pattern *p)
{
	return is_nested(p->root);
}
