// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/elem_lock.h"

DEFINE_PER_CPU(int, ebpf_elem_locked);
