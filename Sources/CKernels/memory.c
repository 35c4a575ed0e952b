#include <stdlib.h>
#include <sys/resource.h>

#include "kernels.h"

int ek_is_limited(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

// Each training step frees memory that the next step allocates again. By default the C library
// returns the pages to the system and faults them in again, which took a quarter of the training
// time of a residual network, so freed memory is retained. Arrays above the mmap threshold are
// still mapped and unmapped individually.
//
// If the address space is limited, reserved memory counts too: each thread's arena reserves 64 MB,
// so all threads share one arena.
#if defined(__GLIBC__)
#include <malloc.h>

__attribute__((constructor)) static void keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  if (ek_is_limited()) mallopt(M_ARENA_MAX, 1);
}
#endif
