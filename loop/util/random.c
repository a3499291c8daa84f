/*
 * random.c - random bytes that nobody can predict, from the C library's arc4random_buf
 */
#include <event2/util.h>

#include <stdlib.h>

void evutil_secure_rng_get_bytes(void *buffer, size_t size)
{
	if (size) /* if `size` is 0, `buffer` may be NULL */
		arc4random_buf(buffer, size);
}

int evutil_secure_rng_init(void)
{
	return 0;
}

int evutil_secure_rng_set_urandom_device_file(char *path)
{
	(void)path;
	return 0;
}

void evutil_secure_rng_add_bytes(const char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
}
