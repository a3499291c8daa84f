/*
 * interrupt.h - catches signals that ask a command to end early
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

/*
 * Catches SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP from now on. Returns a flag
 * that becomes non-zero when the process receives one of these signals.
 */
volatile sig_atomic_t *interrupt_catch(void);

#endif
