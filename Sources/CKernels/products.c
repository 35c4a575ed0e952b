#include "tiles.h"

// Matrix products, computed by tile kernels.

enum { inner_block = 400 };

size_t ek_padded_columns(size_t columns) { return (columns + lanes - 1) / lanes * lanes; }

// Packs up to one panel of columns of a row-major matrix (column stride 1), padded with zeros.
EK_BODY void pack_lines(const float *from, ptrdiff_t row_step, size_t rows, size_t own, size_t width,
                        float *panel) {
  for (size_t r = 0; r < rows; r++, from += row_step, panel += width) {
    size_t c = 0;
    for (; c + lanes <= own; c += lanes) *(loose_vector *)(panel + c) = *(const loose_vector *)(from + c);
    for (; c < own; c++) panel[c] = from[c];
    for (; c < width; c++) panel[c] = 0;
  }
}

// Packs up to one panel of columns of a column-major (row stride 1) or general strided matrix.
EK_BODY void pack_columns(const float *from, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
                          size_t own, size_t width, float *panel) {
  size_t c = 0;
  for (; row_step == 1 && column_step > 0 && c + lanes <= own; c += lanes) {
    const float *block = from + (ptrdiff_t)c * column_step;
    size_t r = 0;
    for (; r + lanes <= rows; r += lanes)
      transpose(block + r, (size_t)column_step, panel + r * width + c, width);
    for (; r < rows; r++)
      for (size_t i = 0; i < lanes; i++)
        panel[r * width + c + i] = block[(ptrdiff_t)i * column_step + (ptrdiff_t)r];
  }
  for (; c < width; c++)
    for (size_t r = 0; r < rows; r++)
      panel[r * width + c] =
          c < own ? from[(ptrdiff_t)r * row_step + (ptrdiff_t)c * column_step] : 0;
}

EK_BODY void ek_pack_body(const float *right, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
                          size_t columns, float *panels) {
  for (size_t column = 0; column < columns; column += 2 * lanes) {
    size_t width = panel_width(column, columns) * lanes;
    size_t own = smaller(width, columns - column);
    const float *from = right + (ptrdiff_t)column * column_step;
    if (column_step == 1)
      pack_lines(from, row_step, rows, own, width, panels);
    else
      pack_columns(from, row_step, column_step, rows, own, width, panels);
    panels += rows * width;
  }
}
EK_DISPATCH(ek_pack,
            (const float *right, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
             size_t columns, float *panels),
            (right, row_step, column_step, rows, columns, panels))

EK_BODY void ek_product_body(int is_wide, const float *left, ptrdiff_t row_step,
                             ptrdiff_t inner_step, const float *panels, const float *bias,
                             float *output, size_t m, size_t n, size_t k) {
  // Splits the inner dimension into equal blocks, so that a block of a strip fits in the cache.
  size_t most = is_wide ? inner_block / 2 : inner_block, high = tile_rows(is_wide);
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
        begin_rows(is_wide, row, rows, left + (ptrdiff_t)start * inner_step, row_step,
                   output + column, n, from, to);
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
