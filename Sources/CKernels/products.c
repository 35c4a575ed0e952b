#include "tiles.h"

// Matrix products, of tiles.

enum { inner_block = 400 };

size_t ek_padded_columns(size_t columns) { return (columns + lanes - 1) / lanes * lanes; }

void ek_pack(const float *right, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
             size_t columns, float *panels) {
  for (size_t column = 0; column < columns; column += 2 * lanes) {
    size_t width = panel_width(column, columns) * lanes;
    size_t own = smaller(width, columns - column);
    for (size_t r = 0; r < rows; r++, panels += width) {
      const float *from = right + (ptrdiff_t)r * row_step + (ptrdiff_t)column * column_step;
      if (column_step == 1 && own == 2 * lanes)
        memcpy(panels, from, 2 * lanes * sizeof(float));
      else {
        for (size_t c = 0; c < own; c++) panels[c] = from[(ptrdiff_t)c * column_step];
        for (size_t c = own; c < width; c++) panels[c] = 0;
      }
    }
  }
}

EK_BODY void ek_product_body(int is_wide, const float *left, ptrdiff_t row_step,
                             ptrdiff_t inner_step, const float *panels, const float *bias,
                             float *output, size_t m, size_t n, size_t k) {
  // Blocks of one size, so small that a strip's part stays in the cache.
  size_t most = is_wide ? inner_block / 2 : inner_block, high = is_wide ? wide_rows : fast_rows;
  size_t blocks = k > most ? (k + most - 1) / most : 1;
  size_t length = k > 0 ? (k + blocks - 1) / blocks : 1;
  for (size_t start = 0; start == 0 || start < k; start += length) {
    size_t block = smaller(length, k - start);
    const float *panel = panels;
    for (size_t column = 0, width; column < n; column += width) {
      strip_t strip = panel_strip(is_wide, panel, column, n, k, start);
      walk_t w = {1, block, 0, inner_step};
      finish_t finish = {start > 0 ? goes_on : fresh,
                         bias && start + block == k ? bias + column : NULL};
      for (size_t row = 0; row < m; row += high) {
        size_t rows = smaller(high, m - row);
        const float *from[wide_rows];
        float *to[wide_rows];
        for (size_t r = 0; r < high; r++) {
          size_t at = row + (r < rows ? r : 0);
          from[r] = left + (ptrdiff_t)at * row_step + (ptrdiff_t)start * inner_step;
          to[r] = output + at * n + column;
        }
        any_tile(is_wide, rows, from, w, strip, to, finish);
      }
      width = strip_width(strip) * lanes;
      panel += k * width;
    }
  }
}
EK_DISPATCH_WIDE(ek_product,
                 (const float *left, ptrdiff_t row_step, ptrdiff_t inner_step, const float *panels,
                  const float *bias, float *output, size_t m, size_t n, size_t k),
                 left, row_step, inner_step, panels, bias, output, m, n, k)
