/*
 * interrupt.h - signals that ask a command to end before it is done
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

/*
 * Catches SIGINT, SIGTERM and, unless nohup has it ignored, SIGHUP from now on. Returns a flag that
 * becomes non-zero when one of these signals has come.
 */
volatile sig_atomic_t *interrupt_catch(void);

#endif
