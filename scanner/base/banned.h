/*
 * banned: functions that no file of ours may use; including this header turns
 * a use into a compile error. Include it last: system headers name them.
 */
#ifndef STANCH_BASE_BANNED_H
#define STANCH_BASE_BANNED_H

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison atoi atol atof strtok system popen tmpnam mktemp

#endif
