/*
 * provenance.c - joins the hashes that the registry generates
 */
#include "bench/provenance.h"

#include <stdio.h>

void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE])
{
	(void)pass;
	snprintf(hash, PROVENANCE_HASH_SIZE, "%s", subject->source_hash);
}
