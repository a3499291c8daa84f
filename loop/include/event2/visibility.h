/*
 * visibility.h - the symbols that the shared library exports
 */
#ifndef EVENT2_VISIBILITY_H
#define EVENT2_VISIBILITY_H

#include <event2/event-config.h>

/* The library is compiled with hidden visibility. It exports only symbols with this attribute. */
#define EVENT2_EXPORT_SYMBOL	  __attribute__((visibility("default")))
#define EVENT2_CORE_EXPORT_SYMBOL EVENT2_EXPORT_SYMBOL

#endif
