/*
 * switch.h - included before every source of a tree with mutants
 *
 * Each mutated place asks whether the mutant of its number is active.
 */
#ifndef MUTANTS_SWITCH_H
#define MUTANTS_SWITCH_H

#ifdef __cplusplus
extern "C"
#endif
int mutant_active(unsigned number);

#endif
