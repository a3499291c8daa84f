/*
 * switch.h - the compiler includes it before every source of a tree with mutants
 *
 * Each mutated place calls mutant_active with its number. The result is true if that mutant is
 * active.
 */
#ifndef MUTANTS_SWITCH_H
#define MUTANTS_SWITCH_H

#ifdef __cplusplus
extern "C"
#endif
int mutant_active(unsigned number);

#endif
