/*
 * forge: reports that forges and build servers show themselves: GitLab's
 * secret detection and code quality, Azure Pipelines' log commands, Markdown
 * for a job's summary. One file a format; report/ lists them with the others.
 *
 * All that comes from the repository is hostile to where it is shown: no line
 * of a log may hold a command that is not ours, no summary a link or mention.
 */
#ifndef STANCH_FORGE_FORGE_H
#define STANCH_FORGE_FORGE_H

#include "render/render.h"

/* security-report-schemas 15: secret-detection-report-format.json. */
void forge_gitlab(struct report *r);
/* Code Climate's issues, as GitLab's code quality reads them. */
void forge_codequality(struct report *r);
/* "##vso[task.logissue ...]", a line each. */
void forge_azure(struct report *r);
/* GitHub's and Azure's Markdown; nothing in it is markup but ours. */
void forge_markdown(struct report *r);

#endif
