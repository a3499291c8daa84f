/*
 * event.h - libevent 1's main header, for programs that still include it
 *
 * It has only libevent's core, without bufferevents, buffers, http, dns and rpc.
 */
#ifndef EVENT_H
#define EVENT_H

#include <evutil.h>

#include <event2/event_struct.h>

#include <event2/event.h>
#include <event2/event_compat.h>

#endif
