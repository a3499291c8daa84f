/*
 * reference.h - reads what the committed reference run found about a subject
 */
#ifndef REFERENCE_H
#define REFERENCE_H

/*
 * Returns the sentences of results/answer.json about a subject, one per line. The caller frees the
 * text. If the subject's code or flags in this build differ from the measured ones, the last line
 * says so. Returns NULL if the file is missing or unreadable, or if the subject was not measured.
 * scripts/answer.py makes the file.
 */
char *reference_about(const char *subject);

#endif
