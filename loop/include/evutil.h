/*
 * evutil.h - the utilities under the name that libevent 1 had for them
 */
#ifndef EVUTIL_H
#define EVUTIL_H

#include <event2/util.h>

#endif
