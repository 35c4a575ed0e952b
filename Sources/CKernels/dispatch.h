#pragma once

#include "kernels.h"

// One body compiled twice: plainly, and for AVX2 where the processor has it.

#if defined(__x86_64__)
#define EK_X86 1
#define EK_FAST __attribute__((target("avx2,fma")))
#else
#define EK_X86 0
#define EK_FAST
#endif
#define EK_BODY static inline __attribute__((always_inline))

// Defines `name` as the choice between a plain and an AVX2 compilation of `name##_body`.
#define EK_DISPATCH(name, parameters, arguments)                 \
  static void name##_plain parameters { name##_body arguments; } \
  EK_FAST static void name##_fast parameters { name##_body arguments; } \
  void name parameters {                                         \
    if (ek_has_avx2())                                           \
      name##_fast arguments;                                     \
    else                                                         \
      name##_plain arguments;                                    \
  }
