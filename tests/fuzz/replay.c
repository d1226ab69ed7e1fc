/*
 * A fuzz target as a plain program: every file of a corpus, then for some
 * seconds inputs made of them by cutting, joining and changing. For where
 * there is no libFuzzer; it knows nothing of coverage.
 *
 *   TARGET [-s SECONDS] [-r SEED] [-o CRASH-FILE] FILE-OR-DIRECTORY...
 *
 * The input that a target fails on, or that takes over ten seconds, is
 * written to CRASH-FILE.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)64 << 10)
#define CORPUS_MAX 20000

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
#ifdef __SANITIZE_ADDRESS__
void __sanitizer_set_death_callback(void (*callback)(void));
#endif

struct input {
	unsigned char *at;
	size_t n;
};

/* What a death writes down. */
static struct input now;
static const char *crash_path = "crash";

static void keep_input(void)
{
	int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		0600);
	ssize_t done = fd < 0 ? -1 : write(fd, now.at, now.n);

	dprintf(2, "input of %zu bytes %s %s\n", now.n,
		done < 0 ? "could not be kept in" : "kept in", crash_path);
	if (fd >= 0)
		(void)close(fd);
}

static void on_signal(int number)
{
	keep_input();
	if (number == SIGALRM)
		dprintf(2, "took over ten seconds\n");
	_exit(1);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1du;
}

static size_t below(uint64_t *state, size_t n)
{
	return n ? (size_t)(next_random(state) >> 16) % n : 0;
}

static void run_input(const unsigned char *at, size_t n)
{
	/* a block of its own, so that a read behind it is seen */
	unsigned char *copy = malloc(n ? n : 1);

	if (copy == NULL)
		exit(2);
	memcpy(copy, at, n);
	now = (struct input){copy, n};
	alarm(10);
	(void)LLVMFuzzerTestOneInput(copy, n);
	alarm(0);
	free(copy);
}

static void add_file(const char *path, struct input *corpus, size_t *count)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct input in = {malloc(INPUT_MAX), 0};
	ssize_t n;

	if (fd < 0 || in.at == NULL || *count == CORPUS_MAX) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	while (in.n < INPUT_MAX &&
		(n = read(fd, in.at + in.n, INPUT_MAX - in.n)) > 0)
		in.n += (size_t)n;
	(void)close(fd);
	corpus[(*count)++] = in;
}

static void add_path(const char *path, struct input *corpus, size_t *count)
{
	struct dirent **names;
	char inner[4096];
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0) {
		add_file(path, corpus, count);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			(void)snprintf(inner, sizeof(inner), "%s/%s", path,
				names[i]->d_name);
			add_file(inner, corpus, count);
		}
		free(names[i]);
	}
	free(names);
}

/* Bytes [at, at + gone) become `put`; the rest moves. */
static void replace_part(struct input *in, size_t at, size_t gone,
	const unsigned char *put, size_t n)
{
	if (in->n - gone + n > INPUT_MAX)
		return;
	memmove(in->at + at + n, in->at + at + gone, in->n - at - gone);
	memmove(in->at + at, put, n);
	in->n = in->n - gone + n;
}

static void change_byte(struct input *in, uint64_t *r)
{
	static const unsigned char telling[] = {0, 1, 0x7f, 0x80, 0xff, '\n',
		'"', '\\', '=', '%', '{', '[', '<', ' ', '_', '-', 0xc2, 0xfe};
	size_t at = below(r, in->n);

	if (in->n == 0)
		return;
	switch (below(r, 4)) {
	case 0:
		in->at[at] ^= (unsigned char)(1u << below(r, 8));
		break;
	case 1:
		in->at[at] = telling[below(r, sizeof(telling))];
		break;
	case 2:
		in->at[at] = (unsigned char)next_random(r);
		break;
	default:
		in->at[at] = (unsigned char)(in->at[at] + below(r, 9) - 4);
		break;
	}
}

static void mutate(struct input *in, const struct input *other,
	unsigned char *scratch, uint64_t *r)
{
	size_t at = below(r, in->n + 1);
	size_t most = below(r, 4) ? 16 : 4096;
	size_t n = below(r, most);
	size_t from;

	switch (below(r, 6)) {
	case 0: /* drop */
		replace_part(in, at, n < in->n - at ? n : in->n - at, scratch, 0);
		break;
	case 1: /* again */
		n = n < in->n - at ? n : in->n - at;
		memcpy(scratch, in->at + at, n);
		replace_part(in, below(r, in->n + 1), 0, scratch, n);
		break;
	case 2: /* a part of another */
		from = below(r, other->n + 1);
		n = n < other->n - from ? n : other->n - from;
		memcpy(scratch, other->at + from, n);
		replace_part(in, at, 0, scratch, n);
		break;
	case 3: /* end as another does */
		from = below(r, other->n + 1);
		memcpy(scratch, other->at + from, other->n - from);
		replace_part(in, at, in->n - at, scratch, other->n - from);
		break;
	default:
		change_byte(in, r);
		break;
	}
}

static uint64_t fuzz(const struct input *corpus, size_t count, double seconds,
	uint64_t seed)
{
	struct input in = {malloc(INPUT_MAX), 0};
	unsigned char *scratch = malloc(INPUT_MAX);
	time_t end = time(NULL) + (time_t)seconds;
	uint64_t runs = 0;

	if (in.at == NULL || scratch == NULL)
		exit(2);
	for (; time(NULL) < end; runs++) {
		const struct input *of = &corpus[below(&seed, count)];

		memcpy(in.at, of->at, of->n);
		in.n = of->n;
		for (size_t i = below(&seed, 8) + 1; i; i--)
			mutate(&in, &corpus[below(&seed, count)], scratch,
				&seed);
		run_input(in.at, in.n);
	}
	free(scratch);
	free(in.at);
	return runs;
}

int main(int argc, char **argv)
{
	static struct input corpus[CORPUS_MAX];
	uint64_t seed = 0x9e3779b97f4a7c15u, runs;
	double seconds = 0;
	size_t count = 0;
	int option;

	while ((option = getopt(argc, argv, "s:r:o:")) != -1) {
		if (option == 's')
			seconds = strtod(optarg, NULL);
		else if (option == 'r')
			seed ^= strtoull(optarg, NULL, 10) * 0x100000001b3u;
		else if (option == 'o')
			crash_path = optarg;
		else
			return 2;
	}
	for (int i = optind; i < argc; i++)
		add_path(argv[i], corpus, &count);
	if (count == 0)
		return 2;
	(void)signal(SIGALRM, on_signal);
	(void)signal(SIGABRT, on_signal);
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_set_death_callback(keep_input);
#endif
	for (size_t i = 0; i < count; i++)
		run_input(corpus[i].at, corpus[i].n);
	runs = fuzz(corpus, count, seconds, seed);
	printf("%zu of the corpus, %llu made\n", count,
		(unsigned long long)runs);
	for (size_t i = 0; i < count; i++)
		free(corpus[i].at);
	return 0;
}
