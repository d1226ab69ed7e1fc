/*
 * judge: what an alert's token is by our own rules, without asking anyone.
 */
#ifndef STANCH_PARTNER_JUDGE_H
#define STANCH_PARTNER_JUDGE_H

#include "detect/detect.h"
#include "partner/alerts.h"
#include "partner/types.h"

enum judge_label {
	JUDGE_UNKNOWN, /* no rule has this type */
	JUDGE_OPEN,    /* nothing here proves or disproves it */
	JUDGE_TRUE,    /* its checksum holds */
	JUDGE_FALSE,   /* a checksum fails, by every rule of its type */
};
struct judgement {
	enum judge_label label;
	/* The rule that knows it, and how surely; NULL: there is nothing to
	 * be done about it. */
	const struct rule *rule;
	enum confidence confidence;
};

struct judge;

/* Both are borrowed. */
enum status judge_new(const struct types *types, struct judge **out,
	struct error *err) MUST_USE;
void judge_free(struct judge *j); /* accepts NULL */
enum status judge_alert(struct judge *j, const struct alert *alert,
	struct judgement *out, struct error *err) MUST_USE;

#endif
