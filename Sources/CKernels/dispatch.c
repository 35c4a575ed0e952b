#include "dispatch.h"

// Detection of the processor's instruction sets.

int ek_has_avx2(void) {
#if EK_X86
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return 0;
#endif
}

static _Atomic(int) avoids_avx512 = 0;

void ek_avoid_avx512(int avoids) { avoids_avx512 = avoids; }

int ek_has_avx512(void) {
#if EK_X86
  return !avoids_avx512 && ek_has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq");
#else
  return 0;
#endif
}
