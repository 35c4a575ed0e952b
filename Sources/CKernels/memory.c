#include <stdlib.h>
#include <sys/resource.h>

#include "kernels.h"

int ek_is_limited(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

// A step of training frees what the next step asks for again. The C library would give the pages back
// each time and fault them in anew, which took a quarter of the time of a residual network; so freed
// memory is kept. Arrays above the threshold still come and go by themselves.
//
// Where the address space is limited, what is only reserved counts too: each arena of a thread takes
// 64 MB of it, so one is shared.
#if defined(__GLIBC__)
#include <malloc.h>

__attribute__((constructor)) static void keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  if (ek_is_limited()) mallopt(M_ARENA_MAX, 1);
}
#endif
