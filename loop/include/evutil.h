/*
 * evutil.h - libevent 1's name for <event2/util.h>
 */
#ifndef EVUTIL_H
#define EVUTIL_H

#include <event2/util.h>

#endif
