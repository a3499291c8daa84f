/*
 * event.h - libevent 1's main header, for programs that still include it
 *
 * Only the core: no bufferevents, buffers, http, dns or rpc.
 */
#ifndef EVENT_H
#define EVENT_H

#include <evutil.h>

#include <event2/event_struct.h>

#include <event2/event.h>
#include <event2/event_compat.h>

#endif
