# SPDX-License-Identifier: GPL-2.0-only
srcs-test_jit_flow := interp.c jit_run.c
libs-test_jit_flow = $(libs-capstone)
