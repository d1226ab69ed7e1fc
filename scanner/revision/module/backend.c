/*
 * backend: libgit2's object and ref databases, answered by the program.
 *
 * Nothing can be written. A commit whose parent is not in the store is given
 * without that parent: so a walk in a shallow clone ends where the clone does,
 * as git's own does, instead of failing.
 */
#include "revision/module/internal.h"

#include <git2/sys/odb_backend.h>
#include <git2/sys/refdb_backend.h>
#include <git2/sys/refs.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* Nobody asks these; if somebody does, it fails. */
#define READ_ONLY GIT_ERROR

struct odb {
	git_odb_backend parent;
	const struct revision_host *host;
};

static int answer(enum revision_found found)
{
	switch (found) {
	case REVISION_FOUND:
		return 0;
	case REVISION_ABSENT:
		return GIT_ENOTFOUND;
	case REVISION_AMBIGUOUS:
		return GIT_EAMBIGUOUS;
	case REVISION_BROKEN:
		break;
	}
	git_error_set_str(GIT_ERROR_ODB, "an object cannot be read");
	return GIT_ERROR;
}

static bool has(const struct revision_host *host, const unsigned char *id)
{
	unsigned char found[REVISION_ID];

	return host->find(host->context, id, REVISION_ID * 2, found) ==
	       REVISION_FOUND;
}

/* "parent <40 digits>\n" lines whose object is not there are taken out. */
static size_t drop_absent_parents(const struct revision_host *host,
	unsigned char *text, size_t n)
{
	static const char word[] = "parent ";
	const size_t length = sizeof(word) - 1 + GIT_OID_HEXSZ + 1;
	size_t at = 5 + GIT_OID_HEXSZ + 1; /* after "tree ..." */
	git_oid id;

	while (at + length <= n && memcmp(text + at, word, sizeof(word) - 1) ==
			0) {
		const char *hex = (const char *)text + at + sizeof(word) - 1;

		if (git_oid_fromstrn(&id, hex, GIT_OID_HEXSZ) == 0 &&
			!has(host, id.id)) {
			memmove(text + at, text + at + length,
				n - at - length);
			n -= length;
		} else {
			at += length;
		}
	}
	return n;
}

static int odb_read(void **data, size_t *n, git_object_t *type,
	git_odb_backend *backend, const git_oid *id)
{
	const struct revision_host *host = ((struct odb *)backend)->host;
	const void *from;
	int kind, error = answer(host->read(host->context, id->id, &kind,
		&from, n));

	if (error)
		return error;
	*data = git_odb_backend_data_alloc(backend, *n + 1);
	if (*data == NULL)
		return GIT_ERROR;
	memcpy(*data, from, *n);
	/* libgit2 numbers types as packs do. */
	*type = (git_object_t)kind;
	if (*type == GIT_OBJECT_COMMIT)
		*n = drop_absent_parents(host, *data, *n);
	((unsigned char *)*data)[*n] = '\0';
	return 0;
}

static int odb_read_header(size_t *n, git_object_t *type,
	git_odb_backend *backend, const git_oid *id)
{
	const struct revision_host *host = ((struct odb *)backend)->host;
	const void *unused;
	int kind, error = answer(host->read(host->context, id->id, &kind,
		&unused, n));

	if (error == 0)
		*type = (git_object_t)kind;
	return error;
}

static int odb_exists(git_odb_backend *backend, const git_oid *id)
{
	return has(((struct odb *)backend)->host, id->id);
}

static int odb_exists_prefix(git_oid *full, git_odb_backend *backend,
	const git_oid *prefix, size_t digits)
{
	const struct revision_host *host = ((struct odb *)backend)->host;

	return answer(host->find(host->context, prefix->id, digits, full->id));
}

static int odb_read_prefix(git_oid *full, void **data, size_t *n,
	git_object_t *type, git_odb_backend *backend, const git_oid *prefix,
	size_t digits)
{
	int error = odb_exists_prefix(full, backend, prefix, digits);

	return error ? error : odb_read(data, n, type, backend, full);
}

static void odb_free(git_odb_backend *backend)
{
	free(backend);
}

int module_odb_new(git_odb **out, const struct revision_host *host)
{
	struct odb *odb = calloc(1, sizeof(*odb));
	int error;

	if (odb == NULL || git_odb_init_backend(&odb->parent,
			GIT_ODB_BACKEND_VERSION) != 0) {
		free(odb);
		return GIT_ERROR;
	}
	odb->host = host;
	odb->parent.read = odb_read;
	odb->parent.read_header = odb_read_header;
	odb->parent.read_prefix = odb_read_prefix;
	odb->parent.exists = odb_exists;
	odb->parent.exists_prefix = odb_exists_prefix;
	odb->parent.free = odb_free;
	error = git_odb_new(out);
	if (error == 0)
		error = git_odb_add_backend(*out, &odb->parent, 1);
	if (error)
		free(odb);
	return error;
}

/* ---- refs --------------------------------------------------------------- */

struct refdb {
	git_refdb_backend parent;
	const struct revision_host *host;
};

/* A ref's object, or NULL. */
static const unsigned char *find_ref(const struct revision_host *host,
	const char *name)
{
	const unsigned char *id;

	for (size_t i = 0; i < host->ref_count; i++)
		if (strcmp(host->ref(host->context, i, &id), name) == 0)
			return id;
	return NULL;
}

static int refdb_exists(int *exists, git_refdb_backend *backend,
	const char *name)
{
	*exists = find_ref(((struct refdb *)backend)->host, name) != NULL;
	return 0;
}

static int refdb_lookup(git_reference **out, git_refdb_backend *backend,
	const char *name)
{
	const unsigned char *id =
		find_ref(((struct refdb *)backend)->host, name);
	git_oid oid;

	if (id == NULL)
		return GIT_ENOTFOUND;
	memcpy(oid.id, id, sizeof(oid.id));
	*out = git_reference__alloc(name, &oid, NULL);
	return *out ? 0 : GIT_ERROR;
}

/* Listing is needed by ":/text" and the like only: there is none. */
static int iterator_next(git_reference **out, git_reference_iterator *i)
{
	(void)out;
	(void)i;
	return GIT_ITEROVER;
}

static int iterator_next_name(const char **out, git_reference_iterator *i)
{
	(void)out;
	(void)i;
	return GIT_ITEROVER;
}

static void iterator_free(git_reference_iterator *i)
{
	free(i);
}

static int refdb_iterator(git_reference_iterator **out,
	git_refdb_backend *backend, const char *glob)
{
	git_reference_iterator *i = calloc(1, sizeof(*i));

	(void)backend;
	(void)glob;
	if (i == NULL)
		return GIT_ERROR;
	i->next = iterator_next;
	i->next_name = iterator_next_name;
	i->free = iterator_free;
	*out = i;
	return 0;
}

static int refdb_write(git_refdb_backend *backend, const git_reference *ref,
	int force, const git_signature *who, const char *message,
	const git_oid *old, const char *old_target)
{
	(void)backend;
	(void)ref;
	(void)force;
	(void)who;
	(void)message;
	(void)old;
	(void)old_target;
	return READ_ONLY;
}

static int refdb_rename(git_reference **out, git_refdb_backend *backend,
	const char *old_name, const char *new_name, int force,
	const git_signature *who, const char *message)
{
	(void)out;
	(void)backend;
	(void)old_name;
	(void)new_name;
	(void)force;
	(void)who;
	(void)message;
	return READ_ONLY;
}

static int refdb_delete(git_refdb_backend *backend, const char *name,
	const git_oid *old, const char *old_target)
{
	(void)backend;
	(void)name;
	(void)old;
	(void)old_target;
	return READ_ONLY;
}

static int refdb_has_log(git_refdb_backend *backend, const char *name)
{
	(void)backend;
	(void)name;
	return 0;
}

static int refdb_ensure_log(git_refdb_backend *backend, const char *name)
{
	(void)backend;
	(void)name;
	return READ_ONLY;
}

/* "HEAD@{1}": reflogs are not read. */
static int refdb_reflog_read(git_reflog **out, git_refdb_backend *backend,
	const char *name)
{
	(void)out;
	(void)backend;
	(void)name;
	git_error_set_str(GIT_ERROR_REFERENCE, "reflogs are not read");
	return GIT_ENOTFOUND;
}

static int refdb_reflog_write(git_refdb_backend *backend, git_reflog *log)
{
	(void)backend;
	(void)log;
	return READ_ONLY;
}

static int refdb_reflog_rename(git_refdb_backend *backend, const char *from,
	const char *to)
{
	(void)backend;
	(void)from;
	(void)to;
	return READ_ONLY;
}

static int refdb_reflog_delete(git_refdb_backend *backend, const char *name)
{
	(void)backend;
	(void)name;
	return READ_ONLY;
}

static void refdb_free(git_refdb_backend *backend)
{
	free(backend);
}

int module_refdb_set(git_repository *repository,
	const struct revision_host *host)
{
	struct refdb *backend = calloc(1, sizeof(*backend));
	git_refdb *refdb = NULL;
	int error = -1;

	if (backend == NULL || git_refdb_init_backend(&backend->parent,
			GIT_REFDB_BACKEND_VERSION) != 0)
		goto out;
	backend->host = host;
	backend->parent.exists = refdb_exists;
	backend->parent.lookup = refdb_lookup;
	backend->parent.iterator = refdb_iterator;
	backend->parent.write = refdb_write;
	backend->parent.rename = refdb_rename;
	backend->parent.del = refdb_delete;
	backend->parent.has_log = refdb_has_log;
	backend->parent.ensure_log = refdb_ensure_log;
	backend->parent.free = refdb_free;
	backend->parent.reflog_read = refdb_reflog_read;
	backend->parent.reflog_write = refdb_reflog_write;
	backend->parent.reflog_rename = refdb_reflog_rename;
	backend->parent.reflog_delete = refdb_reflog_delete;
	error = git_refdb_new(&refdb, repository);
	if (error == 0)
		error = git_refdb_set_backend(refdb, &backend->parent);
	if (error == 0) {
		backend = NULL;
		error = git_repository_set_refdb(repository, refdb);
	}
out:
	git_refdb_free(refdb);
	free(backend);
	return error;
}
