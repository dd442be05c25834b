# SPDX-License-Identifier: GPL-2.0-only
srcs-test_jit_random := interp.c jit_run.c
libs-test_jit_random = $(libs-capstone)
