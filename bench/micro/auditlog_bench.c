/*
 * auditlog_bench LOG [RECORDS]: durable records a second, each synced before
 * the next, on a disk that syncs in 2 ms (fdatasync here waits that long and
 * then does its work), and with one sync for 64 of them. Beside each stands
 * what the disk alone allows.
 */
#include "auditlog/auditlog.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYNC_NANOSECONDS 2000000L
#define BATCH 64

/* In the place of libc's: the disk that the figure is promised for. */
int fdatasync(int fd)
{
	const struct timespec wait = {.tv_nsec = SYNC_NANOSECONDS};

	(void)fd;
	return nanosleep(&wait, NULL);
}

static double run(struct auditlog *log, int records, int batch)
{
	const uint64_t begun = clock_nanoseconds();
	struct error err = {0};
	char body[701];

	memset(body, 'x', sizeof(body));
	memcpy(body, "\"details\":\"", 11);
	body[699] = '"';
	for (int i = 0; i < records; i++)
		if (auditlog_append(log, bytes_of(body, 700), &err) ||
			((i + 1) % batch == 0 && auditlog_sync(log, &err))) {
			fprintf(stderr, "%s\n", err.text);
			exit(2);
		}
	return clock_seconds(begun, clock_nanoseconds());
}

int main(int argc, char **argv)
{
	const int records = argc > 2 ? atoi(argv[2]) : 1000;
	struct auditlog_head head;
	struct auditlog *log;
	struct error err = {0};
	double one, many;

	if (argc < 2 || auditlog_open(argv[1], NULL, NULL, &log, &err)) {
		fprintf(stderr, "auditlog_bench LOG [RECORDS]: %s\n", err.text);
		return 2;
	}
	one = run(log, records, 1);
	many = run(log, records, BATCH);
	head = auditlog_head(log);
	printf("each synced: %.0f records a second (the disk alone: 500)\n"
	       "one sync for %d: %.0f\n%llu records\n",
		records / one, BATCH, records / many,
		(unsigned long long)head.sequence);
	auditlog_close(log);
	return head.sequence != (uint64_t)records * 2;
}
