/*
 * reinit.c - event_reinit: going on with a base in the child of a fork
 */
#include <stdlib.h>

#include "loop/base.h"
#include "loop/event_map.h"
#include "loop/log.h"
#include "loop/own_events.h"

static int reinit_backend(struct event_base *base)
{
	if (base->io.backend->reinit)
		return base->io.backend->reinit(base, &base->io.backend_state);
	base->io.backend->destroy(base->io.backend_state);
	base->io.backend_state = NULL;
	return base->io.backend->create(base, &base->io.backend_state);
}

/*
 * The child of a fork shares the parent's kernel objects: an epoll set, a ring, a pipe. So
 * event_reinit creates new kernel objects. Timers are memory, which the child has a copy of, so
 * they stay as they are.
 */
int event_reinit(struct event_base *base)
{
	int result;

	if (!base)
		return -1;
	base_lock(base);
	result = reinit_backend(base);
	if (result) {
		log_warning_errno(-result, "event_reinit: %s", base->io.backend->name);
		abort();
	}
	base->time.backend_state = base->io.backend_state;
	/*
	 * The backend is rebuilt first. So when the calls below remove descriptors, they do not
	 * remove them from the parent's kernel objects.
	 */
	result = io_map_rebuild(&base->io, event_map_may_trim(base));
	if (own_events_reinit(base))
		result = -1;
	base_unlock(base);
	return result ? -1 : 0;
}
