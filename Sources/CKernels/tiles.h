#pragma once

#include <string.h>

#include "vectors.h"

// Tile kernels: blocks of output rows and columns, from which matrix products and convolutions are
// composed.
//
// The right factor is packed in panels of 16 or 8 columns, so that one row of a panel is one or two
// vectors. A tile is up to six output rows by one panel, with twelve accumulators in registers.
// With AVX-512 a panel of 16 is one vector, and a tile is up to eight rows by two panels. Each
// output element is accumulated in the order of the inner index, independent of the tile size.

enum { fast_rows = 6, wide_rows = 8 };

// The access pattern of the inner index over the left factor: `runs` runs of `length` elements,
// `step` apart within a run, with runs `run_step` apart.
typedef struct {
  size_t runs, length;
  ptrdiff_t run_step, step;
} walk_t;

// `own` columns of the output and the panel of the right factor for them, with an optional second
// panel in a wide tile. Widths are in vectors of eight.
typedef struct {
  size_t own, width, other_width;
  const float *right, *other;
  ptrdiff_t step, other_step;
} strip_t;

// How a tile treats the existing output: overwrite it, continue accumulating from it, or add the
// tile's sums to it; and the bias added last, unless NULL.
enum { fresh, goes_on, adds };
typedef struct {
  int mode;
  const float *bias;
} finish_t;

#if EK_X86
// The AVX-512 tile kernel, in tiles.c.
void ek_wide_tile(size_t rows, const float *const left[], const walk_t *w, const strip_t *strip,
                  float *const output[], finish_t finish);
#endif

// Finishes and writes the first `columns` accumulators one by one.
EK_BODY void finish_some(const float *sums, float *output, size_t columns, int mode,
                         const float *bias) {
  // Not vectorised: a vector load of values just stored one by one would stall.
#pragma clang loop vectorize(disable)
  for (size_t c = 0; c < columns; c++) {
    float sum = sums[c];
    if (mode == adds) sum += output[c];
    if (bias) sum += bias[c];
    output[c] = sum;
  }
}

// Writes eight accumulators of a row, starting at column `at`.
EK_BODY void finish_narrow(const vector *sums, float *output, size_t columns, finish_t finish,
                           size_t at) {
  const float *bias = finish.bias ? finish.bias + at : NULL;
  if (columns < at + lanes) {
    float own[lanes];
    memcpy(own, sums, sizeof own);
    finish_some(own, output + at, columns - at, finish.mode, bias);
    return;
  }
  loose_vector *to = (loose_vector *)(output + at);
  vector sum = *sums;
  if (finish.mode == adds) sum += *to;
  if (bias) sum += *(const loose_vector *)bias;
  *to = sum;
}

EK_BODY void tile(size_t rows, size_t wide, const float *const left[], walk_t w, strip_t strip,
                  float *const output[], finish_t finish) {
  size_t columns = strip.own;
  const float *right = strip.right;
  vector sums[fast_rows][2];
  const float *from[fast_rows];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    from[r] = left[r];
    sums[r][0] = sums[r][1] = (vector){0};
    if (finish.mode == goes_on) {
      float own[2 * lanes] = {0};
      memcpy(own, output[r], columns * sizeof(float));
      memcpy(sums[r], own, sizeof own);
    }
  }
  for (size_t run = 0; run < w.runs; run++) {
    ptrdiff_t at = (ptrdiff_t)run * w.run_step;
    for (size_t i = 0; i < w.length; i++, at += w.step, right += strip.step) {
      vector first = *(const loose_vector *)right;
      vector second = wide > 1 ? *(const loose_vector *)(right + lanes) : first;
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) {
        float x = from[r][at];
        sums[r][0] += x * first;
        if (wide > 1) sums[r][1] += x * second;
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < wide; j++)
      finish_narrow(&sums[r][j], output[r], columns, finish, j * lanes);
  }
}

#define EK_TILES_TO_SIX \
  EK_TILE(1);           \
  EK_TILE(2);           \
  EK_TILE(3);           \
  EK_TILE(4);           \
  EK_TILE(5);           \
  EK_TILE(6)

EK_BODY void any_tile(int is_wide, size_t rows, const float *const left[], walk_t w, strip_t strip,
                      float *const output[], finish_t finish) {
#if EK_X86
  if (is_wide) {
    ek_wide_tile(rows, left, &w, &strip, output, finish);
    return;
  }
#endif
#define EK_TILE(n)                                   \
  case n:                                            \
    if (strip.width > 1)                             \
      tile(n, 2, left, w, strip, output, finish);    \
    else                                             \
      tile(n, 1, left, w, strip, output, finish);    \
    break
  switch (rows) {
    EK_TILES_TO_SIX;
  }
#undef EK_TILE
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// The width in vectors of the panel that starts at `column`, for `columns` columns in total.
static inline size_t panel_width(size_t column, size_t columns) {
  return columns - column > lanes ? 2 : 1;
}

// The strip that starts at `column`, for `columns` columns in total: one panel, or two in a wide
// tile. Panels have `length` rows and are stored consecutively; the first `passed` rows are
// skipped.
static inline strip_t panel_strip(int is_wide, const float *panels, size_t column, size_t columns,
                                  size_t length, size_t passed) {
  strip_t strip = {0};
  strip.width = panel_width(column, columns);
  strip.step = (ptrdiff_t)(strip.width * lanes);
  strip.right = panels + passed * strip.width * lanes;
  strip.own = smaller(strip.width * lanes, columns - column);
  size_t next = column + 2 * lanes;
  if (is_wide && next < columns) {
    strip.other_width = panel_width(next, columns);
    strip.other_step = (ptrdiff_t)(strip.other_width * lanes);
    strip.other = panels + length * strip.width * lanes + passed * strip.other_width * lanes;
    strip.own += smaller(strip.other_width * lanes, columns - next);
  }
  return strip;
}

// The width of a strip in vectors of eight, including padding.
static inline size_t strip_width(strip_t strip) { return strip.width + strip.other_width; }

// The maximum number of rows of a tile.
static inline size_t tile_rows(int is_wide) { return is_wide ? wide_rows : fast_rows; }

// The start of each of `rows` rows of a tile from row `first`; unused rows point to the first.
EK_BODY void begin_rows(int is_wide, size_t first, size_t rows, const float *left,
                        ptrdiff_t left_step, float *output, size_t output_step,
                        const float *from[wide_rows], float *to[wide_rows]) {
  for (size_t r = 0; r < tile_rows(is_wide); r++) {
    size_t at = first + (r < rows ? r : 0);
    from[r] = left + (ptrdiff_t)at * left_step;
    to[r] = output + at * output_step;
  }
}
