/*
 * partner: `stanch partner`, the endpoint of GitHub's secret-scanning partner
 * program. GitHub sends alerts: a token, its type, where it is public.
 *
 *	receive/ (signed?) -> alerts -> each judged by the rules of its type
 *		-> spool/ (sealed, on the disk) -> answered, with feedback
 *		-> a worker: the same machine as `scan --respond`
 *
 * A request is answered with 200 when what it holds is in the spool; an entry
 * leaves the spool when each of its tokens has come to an end that another try
 * would not change. So a crash at any point loses nothing, and the audit log
 * keeps a token from being revoked twice. See scanner/manual/partner.md.
 */
#ifndef STANCH_PARTNER_PARTNER_H
#define STANCH_PARTNER_PARTNER_H

#include "args/args.h"

extern const struct args_command partner_command;

#endif
