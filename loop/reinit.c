/*
 * reinit.c - event_reinit, which makes a base usable in the child of a fork
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
 * The child of a fork shares the parent's kernel objects, such as an epoll set, a ring or a pipe.
 * So event_reinit creates new kernel objects. The child has its own copy of the timers, which are
 * only memory, so event_reinit does not change them.
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
	 * reinit_backend must run before the calls below. They remove descriptors, and they must
	 * not remove them from the parent's kernel objects.
	 */
	result = io_map_rebuild(&base->io, event_map_may_trim(base));
	if (own_events_reinit(base))
		result = -1;
	base_unlock(base);
	return result ? -1 : 0;
}
