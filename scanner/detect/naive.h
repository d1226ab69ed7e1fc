/*
 * naive: the same findings the slow way, for tests: every rule's pattern over
 * the whole text with PCRE2, no anchors, no windows. Same sink order.
 * detect's differential tests compare the two.
 */
#ifndef STANCH_DETECT_NAIVE_H
#define STANCH_DETECT_NAIVE_H

#include "detect/detect.h"

enum status naive_scan(const struct detector *d, const struct detect_text *text,
	bytes data, struct error *err) MUST_USE;

#endif
