/*
 * survey: the commands of an audit, and what they print of a store.
 *
 *	stanch audit TARGET	run it, then report
 *	stanch audit status	runs, and how far they are
 *	stanch audit report	findings, filtered, in every format
 *	stanch audit diff	what is new and what is gone since the last run
 */
#ifndef STANCH_SURVEY_SURVEY_H
#define STANCH_SURVEY_SURVEY_H

#include "args/args.h"

extern const struct args_command survey_audit_command;

#endif
