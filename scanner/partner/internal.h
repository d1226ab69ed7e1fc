/*
 * internal: what the files of partner/ share.
 *
 *	command.c: options, opening, ending
 *	serve.c: the loop: events of receive/, keys, workers
 *	accept.c: one signed body: judged, spooled, answered
 *	work.c: a child that handles entries of the spool
 */
#ifndef STANCH_PARTNER_INTERNAL_H
#define STANCH_PARTNER_INTERNAL_H

#include "job/job.h"
#include "job/network.h"
#include "loop/response.h"
#include "partner/judge.h"
#include "partner/keys.h"
#include "partner/partner.h"
#include "receive/receive.h"
#include "spool/spool.h"

#include <sys/types.h>

/* How a hash of a token is written in feedback. */
enum partner_feedback {
	PARTNER_FEEDBACK_HEX,
	PARTNER_FEEDBACK_BASE64,
	PARTNER_FEEDBACK_NONE,
};

struct partner_settings {
	struct loop_response_choice response;
	struct job_network_choice network;
	struct job_rule_choice rules;
	const char *address, *path, *tls_cert, *tls_key;
	struct args_list types;
	int feedback; /* enum partner_feedback */
	uint64_t max_body;
	unsigned connections, seconds, per_second, keys_every;
};

struct partner {
	const struct partner_settings *settings;
	struct loop_response *response;
	struct job_network *network;
	struct ruleset *rules;
	struct types types;
	struct judge *judge;
	struct spool *spool;
	struct keys *keys;
	struct receive *receive;
	const atomic_int *signal;
};

/* ---- accept.c ----------------------------------------------------------- */

/* What came of one body. */
struct accepted {
	unsigned status;	 /* to answer with */
	char *answer;		 /* JSON; free it */
	size_t answer_n;
	char name[SPOOL_NAME];	 /* of its entry; "": nothing to be done */
};
void partner_accept(struct partner *p, bytes body, struct accepted *out);
/* Those of a body that rules know, one after another. */
typedef enum status partner_visit(void *context, const struct alert *alert,
	const struct judgement *judgement, struct error *err);
enum status partner_each(struct partner *p, const struct alerts *alerts,
	partner_visit *visit, void *context, struct error *err) MUST_USE;

/* ---- work.c ------------------------------------------------------------- */

/* Entries that one worker handles. */
#define WORK_MOST 64
/* When an entry that is still there is to be tried again. */
#define WORK_LATER 0u	      /* it is for the caller to say */
#define WORK_NEVER UINT32_MAX /* not by this process */
struct worker {
	pid_t pid; /* 0: none */
	int fd;	   /* of what it tells; -1: none */
	size_t count;
	size_t entries[WORK_MOST]; /* the caller's numbers for them */
	uint32_t later[WORK_MOST]; /* seconds, or WORK_... */
	bool has_failed;
};
/* `names` are those of w->entries. The child never returns. */
enum status partner_work_start(struct partner *p, struct worker *w,
	const char (*names)[SPOOL_NAME], struct error *err) MUST_USE;
/* Has it ended? Then its pid is 0 again, and `later` is set. */
bool partner_work_ended(struct worker *w);

/* ---- serve.c ------------------------------------------------------------ */

/* Until a signal; the exit code. */
int partner_serve(struct partner *p);

#endif
