/*
 * store: which packs and loose objects there are.
 *
 * Only names of the right shape are looked at: pack-*.idx with its .pack, and
 * xx/<hex>. A multi-pack-index, bitmaps and commit-graphs are hints that git
 * can do without, so they are not read at all. Alternates are followed only
 * into directories that the caller allowed: a repository may name any
 * directory of the machine in one.
 */
#include "pack/internal.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

const char *pack_problem_name(enum pack_problem p)
{
	static const char *const names[PACK_PROBLEM_COUNT] = {
		[PACK_FINE] = "fine",
		[PACK_CORRUPT] = "corrupt",
		[PACK_BAD_DELTA] = "bad_delta",
		[PACK_NO_BASE] = "no_base",
		[PACK_CYCLE] = "delta_cycle",
		[PACK_TOO_LARGE] = "too_large",
		[PACK_UNREADABLE] = "unreadable",
		[PACK_MEMORY] = "memory",
	};

	return names[p];
}

/* Make room for one more; false without memory. Doubles at powers of two. */
static bool grow(void **at, size_t count, size_t size)
{
	void *made;

	if (count & (count - 1))
		return true;
	made = reallocarray(*at, count ? count * 2 : 1, size);
	if (made == NULL)
		return false;
	*at = made;
	return true;
}

static enum status add_pack(struct pack_store *store, int directory,
	const char *index_name, struct error *err)
{
	char pack_name[NAME_MAX + 1];
	size_t n = strlen(index_name);
	struct pack_file file;
	void *packs = store->packs;

	if (store->pack_count >= LIMIT_PACKS)
		return error_set(err, ERR_LIMIT, "open packs: more than %d",
			LIMIT_PACKS);
	snprintf(pack_name, sizeof(pack_name), "%.*s.pack", (int)(n - 4),
		index_name);
	if (pack_file_open(&file, directory, index_name, pack_name) !=
		PACK_FINE) {
		store->report.broken_packs++;
		return OK;
	}
	if (!store->is_by_name && pack_file_is_hollow(&file)) {
		store->report.broken_packs++;
		pack_file_close(&file);
		return OK;
	}
	if (store->id_size == 0)
		store->id_size = file.id_size;
	if (file.id_size != store->id_size) {
		store->report.broken_packs++;
		store->report.broken_objects += file.count;
		pack_file_close(&file);
		return OK;
	}
	if (file.is_broken) {
		store->report.broken_packs++;
		store->report.broken_objects += file.count;
	} else {
		store->report.packs++;
	}
	if (!grow(&packs, store->pack_count, sizeof(file))) {
		pack_file_close(&file);
		return error_set(err, ERR_MEMORY, "open packs: no memory");
	}
	store->packs = packs;
	store->packs[store->pack_count++] = file;
	return OK;
}

/* Names are sorted so that runs do not depend on the directory's order. */
static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_index_name(const char *name)
{
	bytes b = bytes_text(name);

	return bytes_starts(b, bytes_text("pack-")) &&
	       bytes_ends(b, bytes_text(".idx"));
}

/* A pack whose index is gone: what is in it is not to be had. */
static bool is_orphan(int directory, const char *name)
{
	char index[NAME_MAX + 1];
	bytes b = bytes_text(name);

	if (!bytes_starts(b, bytes_text("pack-")) ||
		!bytes_ends(b, bytes_text(".pack")))
		return false;
	(void)snprintf(index, sizeof(index), "%.*s.idx", (int)b.n - 5, name);
	return faccessat(directory, index, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

/* NULL with errno 0 is the end; with another, a failure. */
static struct dirent *next_entry(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

/* The index files of a pack directory, sorted; *count of them. */
static enum status list_indexes(int directory, char ***names, size_t *count,
	uint64_t *orphans, struct error *err)
{
	DIR *dir = fdopendir(dup(directory));
	struct dirent *entry;
	enum status status = OK;

	if (dir == NULL)
		return error_set_errno(err, ERR_IO, "list packs");
	rewinddir(dir);
	while (status == OK && (entry = next_entry(dir)) != NULL) {
		void *at = *names;

		*orphans += is_orphan(directory, entry->d_name);
		if (!is_index_name(entry->d_name))
			continue;
		if (!grow(&at, *count, sizeof(char *))) {
			status = error_set(err, ERR_MEMORY, "list packs");
			break;
		}
		*names = at;
		(*names)[*count] = strdup(entry->d_name);
		if ((*names)[*count] == NULL)
			status = error_set(err, ERR_MEMORY, "list packs");
		else
			(*count)++;
	}
	if (status == OK && errno != 0)
		status = error_set_errno(err, ERR_IO, "list packs");
	closedir(dir);
	if (*count)
		qsort(*names, *count, sizeof(char *), by_name);
	return status;
}

static enum status add_packs(struct pack_store *store, int objects,
	struct error *err)
{
	int directory = openat(objects, "pack",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	char **names = NULL;
	size_t count = 0;
	enum status status;

	if (directory < 0) {
		/* a store of loose objects only, or one that hides others */
		store->report.broken_packs += errno != ENOENT;
		return OK;
	}
	status = list_indexes(directory, &names, &count,
		&store->report.broken_packs, err);
	for (size_t i = 0; i < count; i++) {
		if (status == OK)
			status = add_pack(store, directory, names[i], err);
		free(names[i]);
	}
	free(names);
	close(directory);
	return status;
}

static enum status add_loose(struct pack_store *store, unsigned fan,
	const char *name, struct error *err)
{
	struct pack_loose loose = {
		.directory = (uint32_t)store->directory_count - 1};
	size_t size = pack_loose_id(fan, name, loose.id);
	void *at = store->loose;

	if (size == 0)
		return OK; /* tmp_obj_* and the like: no object */
	if (store->id_size == 0)
		store->id_size = size;
	if (size != store->id_size) {
		store->report.strange_files++;
		return OK;
	}
	if (!grow(&at, store->loose_count, sizeof(loose)))
		return error_set(err, ERR_MEMORY, "list loose objects");
	store->loose = at;
	store->loose[store->loose_count++] = loose;
	return OK;
}

static enum status add_fan(struct pack_store *store, int objects, unsigned fan,
	struct error *err)
{
	char name[3];
	int fd;
	DIR *dir;
	struct dirent *entry;
	enum status status = OK;

	snprintf(name, sizeof(name), "%02x", fan);
	fd = openat(objects, name,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		store->report.broken_packs += errno != ENOENT;
		return OK;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return error_set_errno(err, ERR_IO, "list loose objects");
	}
	while (status == OK && (entry = next_entry(dir)) != NULL)
		status = add_loose(store, fan, entry->d_name, err);
	if (status == OK && errno != 0)
		status = error_set_errno(err, ERR_IO, "list loose objects");
	closedir(dir);
	return status;
}

static enum status add_directory(struct pack_store *store, const char *path,
	unsigned depth, struct error *err);

static bool is_within(const char *path, const char *root)
{
	size_t n = strlen(root);

	return strncmp(path, root, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0' || n == 1);
}

static enum status add_alternate(struct pack_store *store, const char *base,
	bytes line, unsigned depth, struct error *err)
{
	const struct pack_store_options *options = store->options;
	char text[PATH_MAX], real[PATH_MAX];
	int n;

	if (line.n == 0 || line.at[0] == '#')
		return OK;
	n = snprintf(text, sizeof(text), "%s%s%.*s",
		line.at[0] == '/' ? "" : base, line.at[0] == '/' ? "" : "/",
		(int)line.n, (const char *)line.at);
	if (n < 0 || (size_t)n >= sizeof(text) || !realpath(text, real)) {
		store->report.refused_alternates++;
		return OK;
	}
	for (size_t i = 0; options && i < options->allowed_count; i++)
		if (is_within(real, options->allowed[i]) &&
			depth < LIMIT_ALTERNATES)
			return add_directory(store, real, depth + 1, err);
	store->report.refused_alternates++;
	return OK;
}

static enum status add_alternates(struct pack_store *store, int objects,
	const char *path, unsigned depth, struct error *err)
{
	struct pack_map map;
	bytes rest, line;
	enum status status = OK;

	if (pack_map_open(&map, objects, "info/alternates") != PACK_FINE) {
		/* what it names, if it is there, stays unread */
		if (faccessat(objects, "info/alternates", F_OK,
			    AT_SYMLINK_NOFOLLOW) == 0)
			store->report.refused_alternates++;
		return OK;
	}
	rest = bytes_take(bytes_of(map.at, map.n), LIMIT_PATH * 16);
	while (status == OK && rest.n) {
		bytes_cut(rest, '\n', &line, &rest);
		if (line.n < PATH_MAX && bytes_find_byte(line, 0) == BYTES_NONE)
			status = add_alternate(store, path, line, depth, err);
	}
	pack_map_close(&map);
	return status;
}

static enum status keep_directory(struct pack_store *store, int fd,
	const char *real, struct error *err)
{
	void *directories = store->directories, *paths = store->real_paths;
	bool grown = grow(&directories, store->directory_count, sizeof(int));

	store->directories = directories;
	grown = grown &&
		grow(&paths, store->directory_count, sizeof(char *));
	store->real_paths = paths;
	if (grown)
		store->real_paths[store->directory_count] = strdup(real);
	if (!grown || store->real_paths[store->directory_count] == NULL)
		return error_set(err, ERR_MEMORY, "open %s", real);
	store->directories[store->directory_count++] = fd;
	return OK;
}

static enum status add_directory(struct pack_store *store, const char *path,
	unsigned depth, struct error *err)
{
	char real[PATH_MAX];
	enum status status;
	int fd;

	if (realpath(path, real) == NULL)
		return error_set_errno(err, ERR_IO, "open objects %s", path);
	for (size_t i = 0; i < store->directory_count; i++)
		if (strcmp(store->real_paths[i], real) == 0)
			return OK;
	fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "open objects %s", path);
	status = keep_directory(store, fd, real, err);
	if (status != OK) {
		close(fd);
		return status;
	}
	status = add_packs(store, fd, err);
	for (unsigned fan = 0;
		status == OK && !store->is_by_name && fan < 256; fan++)
		status = add_fan(store, fd, fan, err);
	if (status == OK)
		status = add_alternates(store, fd, real, depth, err);
	return status;
}

/* Sorted, and each name once: two directories may hold the same object. */
static void settle(struct pack_store *store)
{
	size_t kept = 0;

	if (store->loose_count)
		qsort(store->loose, store->loose_count,
			sizeof(*store->loose), pack_loose_order);
	for (size_t i = 0; i < store->loose_count; i++)
		if (i == 0 || pack_loose_order(&store->loose[i],
				      &store->loose[i - 1]))
			store->loose[kept++] = store->loose[i];
	store->loose_count = kept;
	store->report.loose = kept;
}

enum status pack_store_open(struct pack_store **out, const char *objects,
	const struct pack_store_options *options, struct error *err)
{
	struct pack_store *store = calloc(1, sizeof(*store));
	enum status status;

	if (store == NULL)
		return error_set(err, ERR_MEMORY, "open objects %s", objects);
	store->options = options;
	if (options) {
		store->id_size = options->id_size;
		store->is_by_name = options->is_by_name && options->id_size;
	}
	status = pack_store_add(store, objects, err);
	if (status != OK)
		pack_store_close(store);
	else
		*out = store;
	return status;
}

enum status pack_store_open_memory(struct pack_store **out, bytes pack,
	bytes index, struct error *err)
{
	struct pack_store *store = calloc(1, sizeof(*store));

	if (store != NULL)
		store->packs = calloc(1, sizeof(*store->packs));
	if (store == NULL || store->packs == NULL) {
		free(store);
		return error_set(err, ERR_MEMORY, "open a pack");
	}
	if (pack_file_of(store->packs, pack, index) != PACK_FINE ||
		store->packs->is_broken ||
		pack_file_is_hollow(store->packs)) {
		free(store->packs);
		free(store);
		return error_set(err, ERR_FORMAT, "open a pack: it is broken");
	}
	store->pack_count = 1;
	store->id_size = store->packs->id_size;
	store->report.packs = 1;
	*out = store;
	return OK;
}

enum status pack_store_add(struct pack_store *store, const char *objects,
	struct error *err)
{
	enum status status = add_directory(store, objects, 0, err);

	store->is_counted = false;
	settle(store);
	return status;
}

void pack_store_close(struct pack_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->pack_count; i++)
		pack_file_close(&store->packs[i]);
	for (size_t i = 0; i < store->directory_count; i++) {
		close(store->directories[i]);
		free(store->real_paths[i]);
	}
	free(store->packs);
	free(store->loose);
	free(store->directories);
	free(store->real_paths);
	free(store);
}

const struct pack_store_report *pack_store_report(
	const struct pack_store *store)
{
	return &store->report;
}

size_t pack_store_id_size(const struct pack_store *store)
{
	return store->id_size ? store->id_size : 20;
}

bool pack_entry_is_copy(const struct pack_store *store, size_t p, uint32_t i)
{
	const struct pack_file *f = &store->packs[p];
	const unsigned char *id = pack_file_id(f, i);
	size_t pack;
	uint32_t entry;

	if (i && pack_id_order(id, pack_file_id(f, i - 1), f->id_size) == 0)
		return true;
	return pack_store_find(store, id, p + 1, &pack, &entry);
}

bool pack_loose_is_copy(const struct pack_store *store, size_t i)
{
	size_t pack;
	uint32_t entry;

	return pack_store_find(store, store->loose[i].id, 0, &pack, &entry);
}

/* By the rule of pack_entry_is_copy. */
static uint64_t count_packed(const struct pack_store *store)
{
	uint64_t count = 0;

	for (size_t p = 0; p < store->pack_count; p++)
		for (uint32_t i = 0; i < store->packs[p].count; i++)
			count += !pack_entry_is_copy(store, p, i);
	return count;
}

/* Is the name in one of the first n packs, or in the largest? */
static bool is_before(const struct pack_store *store, size_t n, size_t largest,
	const unsigned char *id)
{
	uint32_t entry;

	if (pack_file_find(&store->packs[largest], id, &entry))
		return true;
	for (size_t i = 0; i < n; i++)
		if (i != largest &&
			pack_file_find(&store->packs[i], id, &entry))
			return true;
	return false;
}

/*
 * Where all names are found, it is the same whichever copy counts: those of
 * the largest pack do, and only the others' names are looked for.
 */
static uint64_t count_sorted(const struct pack_store *store, size_t largest)
{
	uint64_t count = 0;

	for (size_t p = 0; p < store->pack_count; p++) {
		const struct pack_file *f = &store->packs[p];

		for (uint32_t i = 0; i < f->count; i++) {
			const unsigned char *id = pack_file_id(f, i);

			if (i && pack_id_order(id, pack_file_id(f, i - 1),
					 f->id_size) == 0)
				continue;
			count += p == largest ||
				 !is_before(store, p, largest, id);
		}
	}
	return count;
}

uint64_t pack_store_count(struct pack_store *store)
{
	bool is_sorted = true;
	size_t largest = 0;

	if (store->is_counted)
		return store->count;
	for (size_t p = 0; is_sorted && p < store->pack_count; p++) {
		is_sorted = pack_file_is_sorted(&store->packs[p]);
		if (store->packs[p].count > store->packs[largest].count)
			largest = p;
	}
	store->count = is_sorted ? count_sorted(store, largest)
				 : count_packed(store);
	for (size_t i = 0; i < store->loose_count; i++)
		store->count += !pack_loose_is_copy(store, i);
	store->is_counted = true;
	return store->count;
}
