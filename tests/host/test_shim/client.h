/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_SHIM_CLIENT_H
#define _TEST_SHIM_CLIENT_H

/*
 * A program under test: runs the scenario @name. Prints what it sees to
 * stdout and what it finds wrong there too, and returns the number of wrongs.
 */
int client_main(const char *name);

#endif /* _TEST_SHIM_CLIENT_H */
