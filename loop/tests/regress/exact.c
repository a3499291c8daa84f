/*
 * exact.c - prints the structures whose timers fire exactly, one per line, wrappers over quad-heap
 */
#include <stdio.h>

#include "structures/timer.h"

static int is_exact(const char *text)
{
	struct timer_accuracy accuracy;
	char error[256];

	return !timer_set_accuracy(text, &accuracy, error, sizeof(error)) &&
	       accuracy.when == TIMER_EXACT;
}

int main(void)
{
	for (size_t i = 0; timer_structures[i]; i++) {
		char over[128];

		snprintf(over, sizeof(over), "%s:quad-heap", timer_structures[i]->name);
		if (is_exact(timer_structures[i]->name))
			puts(timer_structures[i]->name);
		else if (timer_structures[i]->create_over && is_exact(over))
			puts(over);
	}
	return 0;
}
