#include "vectors.h"

#include <string.h>

// Fused inference of a chain of small dense layers, sixteen rows at a time (thirty-two with
// AVX-512), with all activations in the cache.
//
// Activations are stored transposed: one unit of all rows is two vectors, so that all lanes are
// used for any number of units. Each output is accumulated in the order of the inner index, then
// the bias is added: bit-identical to `ek_product` and `ek_activate`.

enum { panel = 2 * lanes, group = 4, wide_panel = 2 * wide_lanes, cache_line = 64 };

static size_t padded(size_t units) { return (units + group - 1) / group * group; }

size_t ek_link_size(size_t inputs, size_t units) { return padded(units) * (inputs + 1); }

void ek_pack_link(const float *weights, const float *bias, size_t inputs, size_t units,
                  float *packed) {
  for (size_t unit = 0; unit < units; unit += group)
    for (size_t i = 0; i <= inputs; i++) {
      const float *from = (i == 0 ? bias : weights + (i - 1) * units) + unit;
      for (size_t u = 0; u < group; u++) *packed++ = unit + u < units ? from[u] : 0;
    }
}

size_t ek_chain_workspace(const ek_link *links, size_t count) {
  size_t widest = links[0].inputs;
  for (size_t l = 0; l < count; l++)
    if (padded(links[l].units) > widest) widest = padded(links[l].units);
  return 2 * wide_panel * widest;
}

// Transposes `rows` x `columns` elements, in blocks of 8 x 8 where possible.
EK_BODY void turn_all(const float *from, size_t rows, size_t columns, size_t step, float *to,
                      size_t to_step) {
  size_t row = 0;
  if (columns >= lanes)
    for (; row + lanes <= rows; row += lanes)
      for (size_t column = 0; column < columns; column += lanes) {
        // The last block may overlap the previous one.
        size_t at = column + lanes <= columns ? column : columns - lanes;
        transpose(from + row * step + at, step, to + at * to_step + row, to_step);
      }
  for (; row < rows; row++)
    for (size_t column = 0; column < columns; column++)
      to[column * to_step + row] = from[row * step + column];
}

// Four units for sixteen rows: eight accumulators in registers.
EK_BODY void four_units(const float *x, const float *weights, size_t inputs, int is_relu,
                        float *output) {
  vector sums[group][2] = {{{0}}};
  const float *bias = weights;
  weights += group;
#pragma clang loop unroll_count(2)
  for (size_t i = 0; i < inputs; i++, x += panel, weights += group) {
    vector first = *(const loose_vector *)x, second = *(const loose_vector *)(x + lanes);
#pragma clang loop unroll(full)
    for (size_t u = 0; u < group; u++) {
      sums[u][0] += weights[u] * first;
      sums[u][1] += weights[u] * second;
    }
  }
#pragma clang loop unroll(full)
  for (size_t u = 0; u < group; u++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < 2; v++) {
      vector sum = sums[u][v] + bias[u];
      // NaN is preserved.
      if (is_relu) sum = (vector)((bits)sum & ~(bits)(sum <= 0));
      *(loose_vector *)(output + u * panel + v * lanes) = sum;
    }
}

// Four units, or eight with a second group, for thirty-two rows.
EK_BODY void wide_units(size_t groups, const float *x, const float *weights, size_t inputs,
                        int is_relu, float *output) {
  wide_vector sums[2 * group][2];
  const float *own[2] = {weights, weights + (inputs + 1) * group};
#pragma clang loop unroll(full)
  for (size_t u = 0; u < groups * group; u++) sums[u][0] = sums[u][1] = (wide_vector){0};
  for (size_t i = 1; i <= inputs; i++, x += wide_panel) {
    wide_vector first = *(const loose_wide *)x, second = *(const loose_wide *)(x + wide_lanes);
#pragma clang loop unroll(full)
    for (size_t u = 0; u < groups * group; u++) {
      float weight = own[u / group][i * group + u % group];
      sums[u][0] += weight * first;
      sums[u][1] += weight * second;
    }
  }
#pragma clang loop unroll(full)
  for (size_t u = 0; u < groups * group; u++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < 2; v++) {
      wide_vector sum = sums[u][v] + own[u / group][u % group];
      if (is_relu) sum = (wide_vector)((wide_bits)sum & ~(wide_bits)(sum <= 0));
      *(loose_wide *)(output + u * wide_panel + v * wide_lanes) = sum;
    }
}

// The units of one layer; of the activations only ReLU is applied here.
EK_BODY void all_units(int is_wide, const ek_link *link, const float *x, int is_relu, float *y) {
  const float *weights = link->packed;
  size_t step = (link->inputs + 1) * group;
  for (size_t unit = 0, groups; unit < link->units; unit += groups * group, weights += groups * step) {
    groups = is_wide && unit + group < link->units ? 2 : 1;
    if (!is_wide)
      four_units(x, weights, link->inputs, is_relu, y + unit * panel);
    else if (groups > 1)
      wide_units(2, x, weights, link->inputs, is_relu, y + unit * wide_panel);
    else
      wide_units(1, x, weights, link->inputs, is_relu, y + unit * wide_panel);
  }
}

// Prefetches the floats from `start` to `end`.
EK_BODY void fetch(const float *start, const float *end) {
  for (; start < end; start += cache_line / sizeof(float)) __builtin_prefetch(start);
}

EK_BODY void ek_chain_body(int is_wide, const float *rows, size_t count, const ek_link *links,
                           size_t length, float *output, float *workspace) {
  size_t half = ek_chain_workspace(links, length) / 2, side = is_wide ? wide_panel : panel;
  size_t inputs = links[0].inputs, answers = links[length - 1].units;
  for (size_t row = 0; row < count; row += side) {
    size_t own = count - row < side ? count - row : side;
    float *x = workspace, *y = workspace + half;
    if (own < side) memset(x, 0, inputs * side * sizeof(float));
    turn_all(rows + row * inputs, own, inputs, inputs, x, side);
    // Prefetches the block after the next in parts, one part per layer, to avoid stalls.
    size_t ahead = row + 2 * side < count ? count - row - 2 * side : 0;
    const float *coming = rows + (count - ahead) * inputs;
    size_t numbers = (ahead < side ? ahead : side) * inputs;
    for (const ek_link *link = links; link < links + length; link++) {
      size_t part = (size_t)(link - links);
      fetch(coming + numbers * part / length, coming + numbers * (part + 1) / length);
      if (link->kind == EK_RELU)
        all_units(is_wide, link, x, 1, y);
      else
        all_units(is_wide, link, x, 0, y);
      if (link->kind >= 0 && link->kind != EK_RELU)
        ek_activate(link->kind, link->slope, y, y, link->units * side);
      float *next = x;
      x = y;
      y = next;
    }
    turn_all(x, answers, own, side, output + row * answers, answers);
  }
}
EK_DISPATCH_WIDE(ek_chain,
                 (const float *rows, size_t count, const ek_link *links, size_t length,
                  float *output, float *workspace),
                 rows, count, links, length, output, workspace)
