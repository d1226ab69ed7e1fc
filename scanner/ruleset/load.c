/*
 * Rule files: telling ours from foreign ones, and all that stands in them
 * beside rules: decoders, global allowlists, extensions.
 *
 * A foreign file is a gitleaks configuration and is read as that tool reads
 * it: keys in any case, unknown ones passed over, [extend] first. Its
 * `useDefault` adds our built-in rules, which are the defaults here; ids of
 * the other tool's defaults that we do not have are warned about.
 */
#include "ruleset/load.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* A file that extends one that extends one. */
#define EXTEND_DEPTH 2
/* Files of one directory. */
#define FILES_MAX 4096

static enum status add_file(struct ruleset *set, const char *path,
	unsigned depth, struct error *err);

enum status ruleset_make_anchors(const struct load *l,
	const struct text_list *exact, const struct text_list *nocase,
	uint8_t encodings, const struct rule_anchor **out, size_t *count)
{
	size_t n = exact->n + nocase->n;
	struct rule_anchor *anchors =
		arena_array(l->arena, n ? n : 1, sizeof(*anchors));

	if (anchors == NULL)
		return ruleset_load_no_memory(l);
	for (size_t i = 0; i < n; i++) {
		bool fold = i >= exact->n;
		const char *text = fold ? nocase->at[i - exact->n]
					: exact->at[i];

		anchors[i] = (struct rule_anchor){bytes_text(text), fold,
			encodings};
	}
	*out = anchors;
	*count = n;
	return OK;
}

struct decoder_draft {
	struct rule_decode decode;
	struct text_list anchors, nocase;
};

static const struct key decoder_keys[] = {
	{"id", true, ruleset_read_text,
		offsetof(struct decoder_draft, decode.id)},
	{"anchors", true, ruleset_read_list,
		offsetof(struct decoder_draft, anchors)},
	{"anchorsNocase", true, ruleset_read_lowered,
		offsetof(struct decoder_draft, nocase)},
	{"within", true, ruleset_read_count,
		offsetof(struct decoder_draft, decode.within)},
	{"minLength", true, ruleset_read_count,
		offsetof(struct decoder_draft, decode.min_length)},
	{"maxLength", true, ruleset_read_count,
		offsetof(struct decoder_draft, decode.max_length)},
};
static const struct key_table decoder_table = {decoder_keys,
	KEY_COUNT(decoder_keys), "a decoder"};

static enum status load_decoder(struct load *l, const struct toml_node *node,
	struct rule_decode *out)
{
	struct decoder_draft d = {.decode = {
		.within = 40, .min_length = 16, .max_length = 4096}};
	enum status status =
		ruleset_read_table(l, &decoder_table, node, &d, NULL);

	if (status != OK)
		return status;
	if (d.decode.id == NULL || d.anchors.n + d.nocase.n == 0)
		return ruleset_fail(l, node,
			"a decoder needs an id and anchors");
	if (d.decode.within > LIMIT_MATCH / 2 ||
		d.decode.max_length > LIMIT_DECODE_SPAN ||
		d.decode.min_length > d.decode.max_length)
		return ruleset_fail(l, node, "decoder '%s': within is at most "
			"%zu, minLength at most maxLength, maxLength at most "
			"%zu", d.decode.id, LIMIT_MATCH / 2,
			LIMIT_DECODE_SPAN);
	for (size_t i = 0; i < d.anchors.n + d.nocase.n; i++)
		if (strlen(i < d.anchors.n ? d.anchors.at[i]
			    : d.nocase.at[i - d.anchors.n]) < 3)
			return ruleset_fail(l, node, "decoder '%s': an anchor "
				"is shorter than 3 bytes", d.decode.id);
	status = ruleset_make_anchors(l, &d.anchors, &d.nocase,
		ENCODING_BIT(ENCODING_PLAIN), &d.decode.anchors,
		&d.decode.anchor_count);
	if (status == OK)
		*out = d.decode;
	return status;
}

static enum status load_decoders(struct load *l, const struct toml_node *node)
{
	size_t count = ruleset_toml_count(node);
	struct rule_decode *decodes;

	if (ruleset_toml_kind(node) != TOML_ARRAY)
		return ruleset_fail(l, node, "'decoders' must be [[decoders]]");
	decodes = arena_array(l->arena, count ? count : 1, sizeof(*decodes));
	if (decodes == NULL)
		return ruleset_load_no_memory(l);
	for (size_t i = 0; i < count; i++) {
		enum status status = load_decoder(l,
			ruleset_toml_item(node, i), &decodes[i]);

		if (status != OK)
			return status;
	}
	return ruleset_put_decodes(l->set, decodes, count, l->err);
}

/* Report the broken rule and go on, where somebody listens (rulec). */
static enum status tell(const struct load *l, enum status status)
{
	if (status != ERR_RULES || l->set->problem == NULL)
		return status;
	l->set->problem(l->set->problem_context, l->err);
	return OK;
}

static enum status load_rules(struct load *l, const struct toml_node *node)
{
	if (ruleset_toml_kind(node) != TOML_ARRAY)
		return ruleset_fail(l, node, "'rules' must be [[rules]]");
	for (size_t i = 0; i < ruleset_toml_count(node); i++) {
		enum status status =
			ruleset_load_rule(l, ruleset_toml_item(node, i));

		l->rule = NULL;
		status = tell(l, status);
		if (status != OK)
			return status;
	}
	return OK;
}

/* Target rules that do not exist: their list still loads. */
static void note_targets(const struct load *l, const struct toml_node *at,
	const struct rule_allowlist *list)
{
	for (size_t i = 0; i < list->rule_count; i++)
		if (ruleset_entry(l->set, list->rules[i]) == NULL)
			ruleset_note(l, at, "an allowlist targets rule '%s', "
				"which does not exist here", list->rules[i]);
}

struct extend {
	bool use_default;
	const char *path;
	struct text_list disabled;
};

static const struct key extend_keys[] = {
	{"useDefault", false, ruleset_read_flag,
		offsetof(struct extend, use_default)},
	{"path", false, ruleset_read_text, offsetof(struct extend, path)},
	{"url", false, ruleset_read_ignored, 0},
	{"disabledRules", false, ruleset_read_list,
		offsetof(struct extend, disabled)},
};
static const struct key_table extend_table = {extend_keys,
	KEY_COUNT(extend_keys), "[extend]"};

static void disable(const struct load *l, const struct toml_node *at,
	const char *id)
{
	struct ruleset_entry *entry = ruleset_entry(l->set, id);

	if (entry)
		entry->dropped = true;
	else
		ruleset_note(l, at, "disabledRules names '%s', which does not "
			"exist here", id);
}

static enum status load_extend(struct load *l, const struct toml_node *node)
{
	struct extend extend = {0};
	enum status status =
		ruleset_read_table(l, &extend_table, node, &extend, NULL);

	if (status != OK)
		return status;
	if (extend.use_default && extend.path)
		return ruleset_fail(l, node,
			"[extend] has both useDefault and path; choose one");
	if (l->depth >= EXTEND_DEPTH)
		return ruleset_fail(l, node,
			"[extend] goes more than %d files deep", EXTEND_DEPTH);
	l->extends = extend.use_default || extend.path;
	if (extend.use_default)
		status = ruleset_add_builtin(l->set, l->err);
	if (extend.path)
		status = add_file(l->set, extend.path, l->depth + 1, l->err);
	for (size_t i = 0; status == OK && i < extend.disabled.n; i++)
		disable(l, node, extend.disabled.at[i]);
	return status;
}

/* Top-level keys; those with work of their own are read in order below. */
static const struct key file_keys[] = {
	{"title", false, ruleset_read_ignored, 0},
	{"description", false, ruleset_read_ignored, 0},
	{"format", true, ruleset_read_ignored, 0},
	{"minVersion", false, ruleset_read_ignored, 0},
	{"extend", false, ruleset_read_ignored, 0},
	{"rules", false, ruleset_read_ignored, 0},
	{"decoders", true, ruleset_read_ignored, 0},
	{"allowlist", false, ruleset_read_ignored, 0},
	{"allowlists", false, ruleset_read_ignored, 0},
};
static const struct key_table file_table = {file_keys, KEY_COUNT(file_keys),
	"a rule file"};

static enum status load_allowlists(struct load *l,
	const struct toml_node *root)
{
	const struct toml_node *one = ruleset_key(root, "allowlist");
	const struct toml_node *many = ruleset_key(root, "allowlists");
	struct toml_entry entry = {.value = one ? one : many};
	struct allowlists lists = {0};
	enum status status;

	if (one && many)
		return ruleset_fail(l, one,
			"both [allowlist] and [[allowlists]]; choose one");
	if (entry.value == NULL)
		return OK;
	status = ruleset_read_allowlists(l, &entry, &lists);
	if (status != OK)
		return status;
	for (size_t i = 0; i < lists.n; i++)
		note_targets(l, entry.value, &lists.at[i]);
	return ruleset_put_allowlists(l->set, lists.at, lists.n, l->err);
}

static enum status load_root(struct load *l, const struct toml_node *root)
{
	const struct toml_node *extend = ruleset_key(root, "extend");
	const struct toml_node *rules = ruleset_key(root, "rules");
	const struct toml_node *decoders = ruleset_key(root, "decoders");
	char nothing;
	enum status status = tell(l, ruleset_read_table(l, &file_table, root,
		&nothing, NULL));

	if (status == OK && extend)
		status = load_extend(l, extend);
	if (status == OK && rules)
		status = load_rules(l, rules);
	if (status == OK && decoders && l->origin == RULESET_OURS)
		status = tell(l, load_decoders(l, decoders));
	if (status == OK)
		status = tell(l, load_allowlists(l, root));
	return status;
}

static enum ruleset_origin origin_of(const struct toml_node *root)
{
	const struct toml_node *format = ruleset_key(root, "format");
	const struct toml_node *rules = ruleset_key(root, "rules");

	if (format && bytes_equal(ruleset_toml_string(format),
			      bytes_text("stanch")))
		return RULESET_OURS;
	for (size_t i = 0; rules && i < ruleset_toml_count(rules); i++)
		if (ruleset_is_ours(ruleset_toml_item(rules, i)))
			return RULESET_OURS;
	return RULESET_FOREIGN;
}

static enum status add_text(struct ruleset *set, const char *name, bytes toml,
	unsigned depth, struct error *err)
{
	struct error unheard;
	struct arena scratch;
	struct load l = {.set = set, .arena = &set->arena,
		.scratch = &scratch, .depth = depth,
		.err = err ? err : &unheard};
	struct toml_document *document;
	enum status status;

	if (set->frozen)
		return error_set(err, ERR_USAGE,
			"%s: rules cannot be added any more", name);
	if (toml.n > LIMIT_RULE_FILE)
		return error_set(err, ERR_LIMIT,
			"%s: a rule file is at most %zu MiB", name,
			LIMIT_RULE_FILE >> 20);
	l.file = arena_copy_text(l.arena, bytes_text(name));
	if (l.file == NULL)
		return ruleset_load_no_memory(&(struct load){
			.file = name, .err = l.err});
	document = ruleset_toml_parse(l.file, toml, l.err);
	if (document == NULL)
		return l.err->code;
	arena_init(&scratch, LIMIT_PATTERN_WORK);
	l.origin = origin_of(ruleset_toml_root(document));
	status = load_root(&l, ruleset_toml_root(document));
	arena_release(&scratch);
	ruleset_toml_free(document);
	return status;
}

enum status ruleset_add_text(struct ruleset *set, const char *name, bytes toml,
	struct error *err)
{
	return add_text(set, name, toml, 0, err);
}

/* All that the descriptor gives, up to the limit and one byte more. */
static enum status read_all(int fd, const char *path, struct buf *text,
	struct error *err)
{
	while (text->n <= LIMIT_RULE_FILE) {
		ssize_t got;

		if (!buf_reserve(text, 65536))
			return error_set(err, ERR_LIMIT,
				"%s: a rule file is at most %zu MiB", path,
				LIMIT_RULE_FILE >> 20);
		got = read(fd, text->at + text->n, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(err, ERR_IO, "read %s", path);
		if (got == 0)
			break;
		text->n += (size_t)got;
		text->at[text->n] = 0;
	}
	return OK;
}

static enum status add_file(struct ruleset *set, const char *path,
	unsigned depth, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct buf text;
	enum status status;

	if (fd < 0)
		return error_set_errno(err, ERR_IO, "open rule file %s", path);
	buf_init(&text, LIMIT_RULE_FILE + ((size_t)128 << 10));
	status = read_all(fd, path, &text, err);
	close(fd);
	if (status == OK)
		status = add_text(set, path, buf_bytes(&text), depth, err);
	buf_release(&text);
	return status;
}

static int is_rule_file(const struct dirent *entry)
{
	bytes name = bytes_text(entry->d_name);

	return name.at[0] != '.' && bytes_ends(name, bytes_text(".toml"));
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum status add_named(struct ruleset *set, const char *folder,
	const char *name, struct error *err)
{
	struct buf path;
	enum status status;

	buf_init(&path, LIMIT_PATH);
	buf_printf(&path, "%s/%s", folder, name);
	status = path.failed ? error_set(err, ERR_MEMORY, "%s/%s", folder,
				       name)
			     : add_file(set, buf_text(&path), 0, err);
	buf_release(&path);
	return status;
}

static enum status add_folder(struct ruleset *set, const char *path,
	struct error *err)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, is_rule_file, compare_names);
	enum status status = OK;

	if (count < 0)
		return error_set_errno(err, ERR_IO, "open rule folder %s",
			path);
	if (count == 0)
		status = error_set(err, ERR_RULES, "%s: no *.toml in it",
			path);
	if (count > FILES_MAX)
		status = error_set(err, ERR_LIMIT, "%s: more than %d files",
			path, FILES_MAX);
	for (int i = 0; i < count; i++) {
		if (status == OK)
			status = add_named(set, path, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return status;
}

enum status ruleset_add_path(struct ruleset *set, const char *path,
	struct error *err)
{
	struct stat info;

	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return add_folder(set, path, err);
	return add_file(set, path, 0, err);
}
