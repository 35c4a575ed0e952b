#pragma once

#include "dispatch.h"

// SIMD vectors of eight floats, or sixteen with AVX-512.

enum { lanes = 8, wide_lanes = 16 };

typedef float vector __attribute__((vector_size(32)));
typedef int32_t bits __attribute__((vector_size(32)));
typedef float loose_vector __attribute__((vector_size(32), aligned(4), may_alias));

typedef float wide_vector __attribute__((vector_size(64)));
typedef int32_t wide_bits __attribute__((vector_size(64)));
typedef float loose_wide __attribute__((vector_size(64), aligned(4), may_alias));

// Transposes an 8 x 8 block.
EK_BODY void transpose(const float *from, size_t step, float *to, size_t to_step) {
  vector x[lanes], y[lanes];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < lanes; i++) x[i] = *(const loose_vector *)(from + i * step);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < lanes; i += 2) {
    y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < lanes; i++) {
    size_t a = i / 4 * 4 + i % 4 / 2;
    x[i] = i % 2 == 0 ? __builtin_shufflevector(y[a], y[a + 2], 0, 1, 8, 9, 4, 5, 12, 13)
                      : __builtin_shufflevector(y[a], y[a + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < lanes / 2; i++) {
    *(loose_vector *)(to + i * to_step) =
        __builtin_shufflevector(x[i], x[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(loose_vector *)(to + (i + 4) * to_step) =
        __builtin_shufflevector(x[i], x[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
