#include <stdlib.h>

// A step of training frees what the next step asks for again. The C library would give the pages back
// each time and fault them in anew, which took a quarter of the time of a residual network; so freed
// memory is kept. Arrays above the threshold still come and go by themselves.
#if defined(__GLIBC__)
#include <malloc.h>

__attribute__((constructor)) static void keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}
#endif
