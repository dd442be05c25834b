/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers of a seed: the same on every machine, and any seed will do. */
#ifndef SPLITMIX_H
#define SPLITMIX_H

/* The next of the sequence (splitmix64); @state is the seed at first. */
static inline unsigned long long splitmix(unsigned long long *state)
{
	unsigned long long z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif
