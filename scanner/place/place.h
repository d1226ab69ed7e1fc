/*
 * place: does a file of the user's own stand in what is scanned? Its authors
 * must not decide what is done about it.
 *
 * By real paths: neither links nor "..", neither a target inside a repository
 * nor its git directory hide it. Reads directories; any thread.
 */
#ifndef STANCH_PLACE_PLACE_H
#define STANCH_PLACE_PLACE_H

enum place {
	PLACE_APART, /* also when one of the two is not there */
	PLACE_SCANNED, /* in the target, or in the repository it is in */
	PLACE_ROOT, /* the target is "/", in which everything is */
};

enum place place_of(const char *file, const char *target);

#endif
