/*
 * provider: what a file of one provider has to say, and with what.
 */
#ifndef STANCH_CENSUS_PROVIDER_H
#define STANCH_CENSUS_PROVIDER_H

#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"
#include "net/net.h"
#include "roster/roster.h"

/* Bytes of a URL that we ask for. */
#define CENSUS_URL 2048

/* What is asked for: which part of the provider's reader reads the answer. */
enum census_part {
	PART_REPOSITORIES = 'r',
	PART_PROJECTS = 'p', /* which lead to repositories */
	PART_WIKIS = 'w',
	PART_SNIPPETS = 's',
	PART_OWN = 'o', /* of whoever the credential is */
};

/* How a credential is told. */
enum census_auth {
	AUTH_BEARER,	    /* Authorization: Bearer */
	AUTH_TOKEN,	    /* Authorization: token */
	AUTH_PRIVATE_TOKEN, /* PRIVATE-TOKEN: */
	AUTH_BASIC,	    /* user and token */
	AUTH_BASIC_OR_BEARER, /* Bearer unless a user is named */
};

struct census;
/* An answer: its body as a tree, for the headers the answer itself. */
struct census_page {
	enum census_part part;
	const struct json_value *root;
	const struct net_answer *answer;
	struct buf *next; /* URL of the page after it; empty: the last */
};

/* Data of one provider; the functions are in a file of its name. */
struct census_provider {
	const char *kind; /* "github" */
	const char *takes; /* "ORG", for messages */
	const char *token_variable, *user_variable;
	/* Beside a token, to git; where a user is named to the API, the
	 * second one, unless it is NULL. */
	const char *clone_user, *clone_user_named;
	const char *api, *web; /* of the public service; NULL: there is none */
	const char *api_path;  /* behind a host of one's own */
	const char *accept;    /* header, or NULL: JSON */
	const char *second_host; /* where snippets are, or NULL */
	enum census_auth auth;
	unsigned segments_most; /* of the path in a target */
	/* Put the first requests, the last to be asked first. */
	void (*begin)(struct census *c);
	/* Entries of the page, its successor. ERR_FORMAT: no such page. */
	enum status (*read)(struct census *c, const struct census_page *page,
		struct error *err);
};
extern const struct census_provider census_github, census_gitlab,
	census_azure, census_bitbucket, census_gitea;

struct census_target {
	const struct census_provider *provider;
	char api[512], web[512]; /* "https://host[:port]/path", no last slash */
	char host[264];	  /* of web: "github.com" */
	char path[1024];  /* "ORG", "GROUP/SUBGROUP" */
};

/* Behind the current one, before those that wait. Texts are copied; one too
 * many ends the listing with an error. */
void census_push(struct census *c, enum census_part part, const char *url,
	const char *otherwise);

/* ---- page.c -------------------------------------------------------------- */

/* A repository of this target: `path` is below its web address, as is
 * ("team/a b"); `suffix` follows in the address (".git", ".wiki.git"). */
struct census_found {
	bytes path;
	const char *web;    /* NULL: the target's */
	const char *suffix; /* NULL: "" */
	const char *address; /* path in the address, when it is another */
	bytes owner;
	uint64_t size;
	int64_t pushed_at;
	unsigned flags;
};
void census_put(struct census *c, const struct census_found *found);
/* Each entry of a list through `read`, until one fails; what is no list is no
 * page. */
typedef enum status census_read(struct census *c, const struct json_value *v,
	struct error *err);
enum status census_read_list(struct census *c, const struct json_value *list,
	census_read *read, struct error *err);
/* A request that a page leads to; it is kept with the page. */
void census_lead(struct census *c, enum census_part part, const char *url);
/* Append, percent-encoded; of a path slashes stay. */
void census_encode(struct buf *out, bytes text);
void census_encode_path(struct buf *out, bytes text);
/* "2024-08-01T10:00:00+02:00" to seconds since 1970; 0: it is none. */
int64_t census_date(bytes text);
/* rel="next" of a Link header. */
void census_next_link(const struct census_page *page);
/* Text of a member; empty when it is none. */
bytes census_text(const struct json_value *object, const char *key);
uint64_t census_number(const struct json_value *object, const char *key);
bool census_flag(const struct json_value *object, const char *key);
enum status census_no_list(const struct census *c, struct error *err);
#endif
