#pragma once

#include "kernels.h"

// Each kernel body is compiled twice: portably, and for AVX2, selected at run time. Some kernels
// have a third version for AVX-512 that is bit-identical to the AVX2 version.

#if defined(__x86_64__)
#define EK_X86 1
#define EK_FAST __attribute__((target("avx2,fma")))
#define EK_WIDE __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")))
#else
#define EK_X86 0
#define EK_FAST
#define EK_WIDE
#endif
#define EK_BODY static inline __attribute__((always_inline))

// Defines `name` as a run-time dispatch between the portable and the AVX2 compilation of
// `name##_body`.
#define EK_DISPATCH(name, parameters, arguments)                 \
  static void name##_plain parameters { name##_body arguments; } \
  EK_FAST static void name##_fast parameters { name##_body arguments; } \
  void name parameters {                                         \
    if (ek_has_avx2())                                           \
      name##_fast arguments;                                     \
    else                                                         \
      name##_plain arguments;                                    \
  }

// The same with a third compilation for AVX-512; the body's first parameter tells whether it is
// that one.
#define EK_DISPATCH_WIDE(name, parameters, ...)                                   \
  static void name##_plain parameters { name##_body(0, __VA_ARGS__); }            \
  EK_FAST static void name##_fast parameters { name##_body(0, __VA_ARGS__); }     \
  EK_WIDE static void name##_wide parameters { name##_body(EK_X86, __VA_ARGS__); } \
  void name parameters {                                                          \
    if (ek_has_avx512())                                                          \
      name##_wide(__VA_ARGS__);                                                   \
    else if (ek_has_avx2())                                                       \
      name##_fast(__VA_ARGS__);                                                   \
    else                                                                          \
      name##_plain(__VA_ARGS__);                                                  \
  }
