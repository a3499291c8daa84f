/*
 * reference.h - what the committed reference run says about a subject
 */
#ifndef REFERENCE_H
#define REFERENCE_H

/*
 * The sentences of results/answer.json about a subject, a line each, or NULL where there
 * are none: the file is missing or unreadable, or the subject was not measured. scripts/answer.py
 * makes the file. The caller frees the text.
 */
char *reference_about(const char *subject);

#endif
