#include "tiles.h"

// Tile kernels for AVX-512, compiled once because there are many shapes.

#if EK_X86

// Writes sixteen accumulators of a row, starting at column `at`.
EK_WIDE EK_BODY void finish_wide(wide_vector sum, float *output, size_t columns, finish_t finish,
                                 size_t at) {
  const float *bias = finish.bias ? finish.bias + at : NULL;
  if (columns < at + 2 * lanes) {
    float own[2 * lanes];
    memcpy(own, &sum, sizeof own);
    finish_some(own, output + at, columns - at, finish.mode, bias);
    return;
  }
  loose_wide *to = (loose_wide *)(output + at);
  if (finish.mode == adds) sum += *to;
  if (bias) sum += *(const loose_wide *)bias;
  *to = sum;
}

// A tile of one panel of `width` and a second panel of `other` vectors of eight; `other` may be 0.
EK_WIDE EK_BODY void wide_tile(size_t rows, size_t width, size_t other,
                               const float *const left[], walk_t w, strip_t strip,
                               float *const output[], finish_t finish) {
  wide_vector first[wide_rows], second[wide_rows];
  vector narrow[wide_rows];
  const float *from[wide_rows], *right = strip.right, *beside = strip.other;
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    from[r] = left[r];
    first[r] = second[r] = (wide_vector){0};
    narrow[r] = (vector){0};
    if (finish.mode == goes_on) {
      float own[4 * lanes] = {0};
      memcpy(own, output[r], strip.own * sizeof(float));
      first[r] = *(const loose_wide *)own;
      second[r] = *(const loose_wide *)(own + 2 * lanes);
      narrow[r] = *(const loose_vector *)(own + (other == 1 ? 2 * lanes : 0));
    }
  }
  for (size_t run = 0; run < w.runs; run++) {
    ptrdiff_t at = (ptrdiff_t)run * w.run_step;
    for (size_t i = 0; i < w.length; i++, at += w.step) {
      wide_vector x = {0}, y = {0};
      vector z = {0};
      if (width > 1) x = *(const loose_wide *)right;
      if (other > 1) y = *(const loose_wide *)beside;
      if (width == 1) z = *(const loose_vector *)right;
      if (other == 1) z = *(const loose_vector *)beside;
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) {
        float number = from[r][at];
        if (width > 1) first[r] += number * x;
        if (other > 1) second[r] += number * y;
        if (width == 1 || other == 1) narrow[r] += number * z;
      }
      right += strip.step;
      if (other > 0) beside += strip.other_step;
    }
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    if (width > 1)
      finish_wide(first[r], output[r], strip.own, finish, 0);
    else
      finish_narrow(&narrow[r], output[r], strip.own, finish, 0);
    if (other > 1) finish_wide(second[r], output[r], strip.own, finish, 2 * lanes);
    if (other == 1) finish_narrow(&narrow[r], output[r], strip.own, finish, 2 * lanes);
  }
}

EK_WIDE void ek_wide_tile(size_t rows, const float *const left[], const walk_t *w,
                          const strip_t *strip, float *const output[], finish_t finish) {
#define EK_TILE(n)                                                \
  case n:                                                         \
    if (strip->other_width > 1)                                   \
      wide_tile(n, 2, 2, left, *w, *strip, output, finish);       \
    else if (strip->other_width == 1)                             \
      wide_tile(n, 2, 1, left, *w, *strip, output, finish);       \
    else if (strip->width > 1)                                    \
      wide_tile(n, 2, 0, left, *w, *strip, output, finish);       \
    else                                                          \
      wide_tile(n, 1, 0, left, *w, *strip, output, finish);       \
    break
  switch (rows) {
    EK_TILES_TO_SIX;
    EK_TILE(7);
    EK_TILE(8);
  }
#undef EK_TILE
}

#endif
