#include "dispatch.h"

#include <string.h>

// Rows through a chain of small dense layers, sixteen at a time, from the first layer to the last
// without leaving the cache.
//
// Between the layers rows lie side by side: a value of sixteen rows is two vectors. So every lane
// works however few units a layer has. Each output is one chain of additions in the order of the
// inner index, then the bias: the same bits as `ek_product` and `ek_activate` give.

enum { lanes = 8, panel = 2 * lanes, group = 4 };

typedef float vector __attribute__((vector_size(32)));
typedef int32_t bits __attribute__((vector_size(32)));
typedef float loose_vector __attribute__((vector_size(32), aligned(4), may_alias));

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

size_t ek_chain_room(const ek_link *links, size_t count) {
  size_t widest = links[0].inputs;
  for (size_t l = 0; l < count; l++)
    if (padded(links[l].units) > widest) widest = padded(links[l].units);
  return 2 * panel * widest;
}

// Eight rows of eight numbers become columns.
EK_BODY void turn(const float *from, size_t step, float *to, size_t to_step) {
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

// `rows` rows of `columns` numbers become columns; eight by eight where there are as many.
EK_BODY void turn_all(const float *from, size_t rows, size_t columns, size_t step, float *to,
                      size_t to_step) {
  size_t row = 0;
  if (columns >= lanes)
    for (; row + lanes <= rows; row += lanes)
      for (size_t column = 0; column < columns; column += lanes) {
        // The last eight may turn some once more.
        size_t at = column + lanes <= columns ? column : columns - lanes;
        turn(from + row * step + at, step, to + at * to_step + row, to_step);
      }
  for (; row < rows; row++)
    for (size_t column = 0; column < columns; column++)
      to[column * to_step + row] = from[row * step + column];
}

// Four units for sixteen rows: eight sums that stay in registers.
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
      // What is not a number stays so.
      if (is_relu) sum = (vector)((bits)sum & ~(bits)(sum <= 0));
      *(loose_vector *)(output + u * panel + v * lanes) = sum;
    }
}

EK_BODY void ek_chain_body(const float *rows, size_t count, const ek_link *links, size_t length,
                           float *output, float *room) {
  size_t half = ek_chain_room(links, length) / 2;
  size_t inputs = links[0].inputs, answers = links[length - 1].units;
  for (size_t row = 0; row < count; row += panel) {
    size_t own = count - row < panel ? count - row : panel;
    float *x = room, *y = room + half;
    if (own < panel) memset(x, 0, inputs * panel * sizeof(float));
    turn_all(rows + row * inputs, own, inputs, inputs, x, panel);
    for (const ek_link *link = links; link < links + length; link++) {
      const float *weights = link->packed;
      for (size_t unit = 0; unit < link->units; unit += group) {
        if (link->kind == EK_RELU)
          four_units(x, weights, link->inputs, 1, y + unit * panel);
        else
          four_units(x, weights, link->inputs, 0, y + unit * panel);
        weights += (link->inputs + 1) * group;
      }
      if (link->kind >= 0 && link->kind != EK_RELU)
        ek_activate(link->kind, link->slope, y, y, link->units * panel);
      float *next = x;
      x = y;
      y = next;
    }
    turn_all(x, answers, own, panel, output + row * answers, answers);
  }
}
EK_DISPATCH(ek_chain,
            (const float *rows, size_t count, const ek_link *links, size_t length, float *output,
             float *room),
            (rows, count, links, length, output, room))
