/* Shared inside respond/ only. */
#ifndef STANCH_RESPOND_INTERNAL_H
#define STANCH_RESPOND_INTERNAL_H

#include "ask/ask.h"
#include "auditlog/auditlog.h"
#include "base/arena.h"
#include "base/hash.h"
#include "respond/respond.h"

#define RESPOND_UUID 37

/* ---- known.c: incidents as the log knows them --------------------------- */

struct respond_known {
	char *key; /* provider '\n' c3id */
	struct machine_state state;
};
struct respond_knowns;

struct respond_knowns *respond_knowns_new(void); /* NULL: no memory */
void respond_knowns_free(struct respond_knowns *k);
/* Made when it is not there; NULL: no memory. Stays where it is. */
struct respond_known *respond_knowns_at(struct respond_knowns *k,
	bytes provider, bytes c3id);
/* Those whose revocation was intended or answered since then. */
size_t respond_knowns_called(const struct respond_knowns *k, int64_t since);
/* An auditlog_visit; the context is the table. */
enum status respond_knowns_visit(void *context,
	const struct auditlog_record *record, struct error *err);

/* ---- incidents of this run ---------------------------------------------- */

struct respond_incident {
	const struct leak *leak;
	size_t index; /* of the leak */
	const char *provider;
	char c3id[C3ID_LENGTH + 1];
	char id[RESPOND_UUID]; /* made of provider and C3ID */
	uint64_t claim;
	struct respond_known *known;
	const struct request_block *verify, *revoke;
	struct request_block verify_room, revoke_room;
	/* What the last answer told; in the arena. */
	struct arena arena;
	struct request_values values;
	struct request_value home; /* the candidate that let it in */
	struct verdict_facts facts;
	const char *note;  /* of the last answer of any kind, or NULL */
	uint32_t asks;	   /* answers in this run */
	uint64_t answered; /* clock of the last of them */
	uint64_t due;	   /* clock: do not ask before; 0: at once */
	uint32_t waits;	   /* asks since the call */
	bool is_notice_tried, is_call_failed;
	bool was_live, was_dead; /* by the first answer */
	bool is_revoked; /* by this run, and said */
	bool is_done;
	enum machine_hold hold; /* why, when done */
};
struct respond_run {
	const struct respond_options *options;
	const struct policy *policy;
	struct leaks *leaks;
	struct verify_options verify; /* with the policy's canaries */
	struct respond_summary *summary;
	struct error *err;
	struct auditlog *log;
	bool is_synced; /* all records are on the disk */
	struct respond_knowns *knowns;
	struct net *net, *mail_net; /* for providers; for all else */
	struct ask *ask;
	struct arena arena;
	struct respond_incident *incidents;
	size_t count;
	uint32_t intents; /* of this run */
	char id[RESPOND_UUID];
	uint64_t head_before; /* sequence when the run began */
};

/* ---- record.c ----------------------------------------------------------- */

/* What a record says beside its event. */
struct respond_telling {
	enum machine_event event;
	enum verdict verdict;
	enum machine_hold hold;
	const char *note;
	int status; /* of HTTP, 0: none */
};
/* Append a record about an incident, fold it, and count. */
enum status respond_record(struct respond_run *r, struct respond_incident *in,
	const struct respond_telling *telling) MUST_USE;
/* Begin and end of a run. */
enum status respond_record_run(struct respond_run *r, const char *event)
	MUST_USE;
/* On the disk, before the network. */
enum status respond_sync(struct respond_run *r) MUST_USE;
/* From a record to what it says; false: it is about no incident. Texts are
 * parts of the record's document. */
struct respond_read {
	bytes provider, c3id;
	struct machine_record record;
};
struct json_value;
bool respond_read_record(const struct json_value *root,
	struct respond_read *out);
/* The place to show: one in a commit, which a link can lead to. */
const struct leak_place *respond_place(const struct respond_incident *in);
/* Of the run's time, Unix seconds. */
int64_t respond_now(void);
void respond_uuid_of(bytes text, char uuid[RESPOND_UUID]);
void respond_uuid_random(char uuid[RESPOND_UUID]);

/* ---- facts.c ------------------------------------------------------------ */

struct machine_facts respond_facts(const struct respond_run *r,
	const struct respond_incident *in);
/* The switches that hold for it now. */
struct policy_switches respond_switches(const struct respond_run *r,
	const struct respond_incident *in);
/* The secret of the policy that its revoke block wants; NULL: none is wanted
 * or configured. */
const struct policy_secret *respond_credential(const struct respond_run *r,
	const struct respond_incident *in);

/* ---- act.c: what goes to providers -------------------------------------- */

/* Ask about all `n` at once; each answer is recorded. */
enum status respond_ask(struct respond_run *r, struct respond_incident **at,
	size_t n) MUST_USE;
/* Revoke all `n`; those of one block go together where it takes batches. */
enum status respond_call(struct respond_run *r, struct respond_incident **at,
	size_t n) MUST_USE;
/* What a call would send, redacted. */
enum status respond_show_call(struct respond_run *r,
	struct respond_incident *in) MUST_USE;

/* ---- notice.c: one by each channel; recorded ----------------------------- */

enum status respond_notify(struct respond_run *r, struct respond_incident *in)
	MUST_USE;
enum status respond_show_notice(struct respond_run *r,
	struct respond_incident *in) MUST_USE;

/* ---- sink.c: where records go besides the file --------------------------- */

/* All since the run began; what fails is said. */
void respond_sinks(struct respond_run *r);

#endif
