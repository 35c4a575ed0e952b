#include "tiles.h"

// Convolutions as matrix products whose left factor is read directly from the (padded) image,
// without im2col.

// The size of a zero-padded image, so that windows need no bounds checks.
typedef struct {
  size_t height, width;
} padded_t;

static padded_t padded_size(const ek_windows *w) {
  size_t height = (w->output_height - 1) * w->stride_height + w->window_height;
  size_t width = (w->output_width - 1) * w->stride_width + w->window_width;
  return (padded_t){height > w->height + w->top ? height : w->height + w->top,
                    width > w->width + w->left ? width : w->width + w->left};
}

static void pad(const float *x, size_t height, size_t width, size_t channels, size_t top,
                size_t left, padded_t size, float *output) {
  size_t line = size.width * channels, own = width * channels;
  memset(output, 0, top * line * sizeof(float));
  for (size_t y = 0; y < height; y++) {
    float *to = output + (top + y) * line;
    memset(to, 0, left * channels * sizeof(float));
    memcpy(to + left * channels, x + y * own, own * sizeof(float));
    memset(to + left * channels + own, 0, (line - left * channels - own) * sizeof(float));
  }
  memset(output + (top + height) * line, 0, (size.height - top - height) * line * sizeof(float));
}

static int needs_padding(const ek_windows *w, padded_t size) {
  return w->top || w->left || size.height > w->height || size.width > w->width;
}

// The product of window and panels at every position of a grid. Only `solid` rows of the padded
// image, starting `before` rows below the first window's top, are not padding; the vertical stride
// is `stride` rows.
typedef struct {
  const float *x;
  size_t height, width;
  ptrdiff_t down, right;
  float *output;
  ptrdiff_t output_down, output_right;
  ptrdiff_t stride, before, solid;
} grid_t;

EK_BODY void convolve_grid(int is_wide, grid_t g, walk_t w, const float *panels, size_t columns,
                           const float *bias) {
  size_t pixels = g.height * g.width, inner = w.runs * w.length;
  size_t high = tile_rows(is_wide);
  for (size_t column = 0, width; column < columns; column += width) {
    width = strip_width(panel_strip(is_wide, panels, column, columns, inner, 0)) * lanes;
    finish_t finish = {fresh, bias ? bias + column : NULL};
    size_t y = 0, x = 0;
    for (size_t pixel = 0; pixel < pixels; pixel += high) {
      size_t rows = smaller(high, pixels - pixel), top = y;
      const float *from[wide_rows];
      float *to[wide_rows];
      for (size_t r = 0; r < high; r++) {
        from[r] = g.x + (ptrdiff_t)y * g.down + (ptrdiff_t)x * g.right;
        to[r] = g.output + (ptrdiff_t)y * g.output_down + (ptrdiff_t)x * g.output_right + column;
        if (r + 1 < rows || rows == high) {
          if (++x == g.width) {
            x = 0;
            y++;
          }
        }
      }
      size_t bottom = top + (pixel - top * g.width + rows - 1) / g.width;
      ptrdiff_t skipped = g.before - (ptrdiff_t)bottom * g.stride;
      ptrdiff_t runs = g.before + g.solid - (ptrdiff_t)top * g.stride;
      if (runs > (ptrdiff_t)w.runs) runs = (ptrdiff_t)w.runs;
      if (skipped < 0 || runs < 0) skipped = 0;
      walk_t some = w;
      some.runs = runs > skipped ? (size_t)(runs - skipped) : 0;
      if (some.runs == 0) skipped = 0;
      for (size_t r = 0; r < high; r++) from[r] += skipped * w.run_step;
      strip_t strip =
          panel_strip(is_wide, panels, column, columns, inner, (size_t)skipped * w.length);
      any_tile(is_wide, rows, from, some, strip, to, finish);
    }
    panels += inner * width;
  }
}

size_t ek_convolve_workspace(const ek_windows *w) {
  padded_t size = padded_size(w);
  return size.height * size.width * w->channels;
}

EK_BODY void ek_convolve_body(int is_wide, const float *x, const ek_windows *w, const float *panels,
                              const float *bias, size_t units, float *output, float *workspace) {
  padded_t size = padded_size(w);
  if (needs_padding(w, size)) {
    pad(x, w->height, w->width, w->channels, w->top, w->left, size, workspace);
    x = workspace;
  }
  ptrdiff_t line = (ptrdiff_t)(size.width * w->channels);
  walk_t walk = {w->window_height, w->window_width * w->channels, line, 1};
  grid_t grid = {x, w->output_height, w->output_width, line * (ptrdiff_t)w->stride_height,
                 (ptrdiff_t)(w->stride_width * w->channels), output,
                 (ptrdiff_t)(w->output_width * units), (ptrdiff_t)units,
                 (ptrdiff_t)w->stride_height, (ptrdiff_t)w->top, (ptrdiff_t)w->height};
  convolve_grid(is_wide, grid, walk, panels, units, bias);
}
EK_DISPATCH_WIDE(ek_convolve,
                 (const float *x, const ek_windows *w, const float *panels, const float *bias,
                  size_t units, float *output, float *workspace),
                 x, w, panels, bias, units, output, workspace)

// The kernel taps along one axis that reach the input positions `phase`, `phase + stride`, …
// (including padding), and the positions of the image among these.
typedef struct {
  size_t taps, first, count, start;
} phase_t;

static phase_t phase_of(size_t phase, size_t window, size_t stride, size_t before, size_t size) {
  phase_t p;
  p.taps = window > phase ? (window - phase + stride - 1) / stride : 0;
  p.start = before > phase ? (before - phase + stride - 1) / stride : 0;
  p.first = p.start * stride + phase - before;
  p.count = p.first < size ? (size - p.first + stride - 1) / stride : 0;
  return p;
}

// The size of the zero-padded output gradient, sufficient for every phase.
static padded_t padded_above(const ek_windows *w) {
  size_t rows = (w->height + w->top) / w->stride_height + 1;
  size_t columns = (w->width + w->left) / w->stride_width + 1;
  size_t front_y = (w->window_height - 1) / w->stride_height;
  size_t front_x = (w->window_width - 1) / w->stride_width;
  return (padded_t){front_y + (rows > w->output_height ? rows : w->output_height),
                    front_x + (columns > w->output_width ? columns : w->output_width)};
}

size_t ek_convolve_below_workspace(const ek_windows *w, size_t units) {
  padded_t size = padded_above(w);
  return size.height * size.width * units;
}

size_t ek_pack_below(const float *weights, const ek_windows *w, size_t units, float *panels) {
  size_t total = 0;
  for (size_t phase_y = 0; phase_y < w->stride_height; phase_y++)
    for (size_t phase_x = 0; phase_x < w->stride_width; phase_x++) {
      phase_t py = phase_of(phase_y, w->window_height, w->stride_height, w->top, w->height);
      phase_t px = phase_of(phase_x, w->window_width, w->stride_width, w->left, w->width);
      size_t inner = py.taps * px.taps * units;
      for (size_t column = 0; column < w->channels; column += 2 * lanes) {
        size_t width = panel_width(column, w->channels) * lanes;
        size_t own = smaller(width, w->channels - column);
        if (panels)
          for (size_t j = 0; j < py.taps; j++)
            for (size_t i = 0; i < px.taps; i++) {
              size_t ky = phase_y + w->stride_height * (py.taps - 1 - j);
              size_t kx = phase_x + w->stride_width * (px.taps - 1 - i);
              const float *from =
                  weights + ((ky * w->window_width + kx) * w->channels + column) * units;
              for (size_t unit = 0; unit < units; unit++, panels += width) {
                for (size_t c = 0; c < own; c++) panels[c] = from[c * units + unit];
                for (size_t c = own; c < width; c++) panels[c] = 0;
              }
            }
        total += inner * width;
      }
    }
  return total;
}

EK_BODY void ek_convolve_below_body(int is_wide, const float *above, const ek_windows *w,
                                    const float *panels, size_t units, float *below,
                                    float *workspace) {
  padded_t size = padded_above(w);
  size_t front_y = (w->window_height - 1) / w->stride_height;
  size_t front_x = (w->window_width - 1) / w->stride_width;
  pad(above, w->output_height, w->output_width, units, front_y, front_x, size, workspace);
  ptrdiff_t line = (ptrdiff_t)(size.width * units);
  size_t columns = ek_padded_columns(w->channels);
  for (size_t phase_y = 0; phase_y < w->stride_height; phase_y++)
    for (size_t phase_x = 0; phase_x < w->stride_width; phase_x++) {
      phase_t py = phase_of(phase_y, w->window_height, w->stride_height, w->top, w->height);
      phase_t px = phase_of(phase_x, w->window_width, w->stride_width, w->left, w->width);
      const float *x = workspace + (ptrdiff_t)(front_y + py.start + 1) * line -
                       (ptrdiff_t)py.taps * line +
                       (ptrdiff_t)((front_x + px.start + 1 - px.taps) * units);
      walk_t walk = {py.taps, px.taps * units, line, 1};
      grid_t grid = {x, py.count, px.count, line, (ptrdiff_t)units,
                     below + (py.first * w->width + px.first) * w->channels,
                     (ptrdiff_t)(w->stride_height * w->width * w->channels),
                     (ptrdiff_t)(w->stride_width * w->channels),
                     1, (ptrdiff_t)py.taps - 1 - (ptrdiff_t)py.start, (ptrdiff_t)w->output_height};
      convolve_grid(is_wide, grid, walk, panels, w->channels, NULL);
      panels += py.taps * px.taps * units * columns;
    }
}
EK_DISPATCH_WIDE(ek_convolve_below,
                 (const float *above, const ek_windows *w, const float *panels, size_t units,
                  float *below, float *workspace),
                 above, w, panels, units, below, workspace)

size_t ek_convolve_weights_workspace(const ek_windows *w, size_t units) {
  size_t columns = ek_padded_columns(units);
  return ek_convolve_workspace(w) +
         (columns == units ? 0 : w->output_height * w->output_width * columns);
}

EK_BODY void ek_convolve_weights_body(int is_wide, const float *x, const float *above,
                                      const ek_windows *w, size_t units, size_t first,
                                      size_t end, float *gradient, float *workspace) {
  padded_t size = padded_size(w);
  size_t columns = ek_padded_columns(units);
  if (columns != units) {
    float *own = workspace + ek_convolve_workspace(w);
    for (size_t p = 0; p < w->output_height * w->output_width; p++) {
      memcpy(own + p * columns, above + p * units, units * sizeof(float));
      memset(own + p * columns + units, 0, (columns - units) * sizeof(float));
    }
    above = own;
  }
  if (needs_padding(w, size)) {
    pad(x, w->height, w->width, w->channels, w->top, w->left, size, workspace);
    x = workspace;
  }
  ptrdiff_t line = (ptrdiff_t)(size.width * w->channels);
  size_t length = w->window_width * w->channels;
  size_t high = tile_rows(is_wide);
  // Rows of the gradient per block, so that a block stays in the cache for all taps.
  size_t lines = 4096 / (w->output_width * columns) + 1;
  for (size_t y = 0; y < w->output_height; y += lines) {
    walk_t walk = {smaller(lines, w->output_height - y), w->output_width,
                   line * (ptrdiff_t)w->stride_height,
                   (ptrdiff_t)(w->stride_width * w->channels)};
    const float *right = above + y * w->output_width * columns;
    for (size_t ky = first / length; ky * length < end; ky++) {
      size_t begin = ky * length < first ? first - ky * length : 0;
      size_t stop = smaller(length, end - ky * length);
      const float *left = x + (ptrdiff_t)(y * w->stride_height + ky) * line;
      for (size_t column = 0, width; column < units; column += width) {
        // The output gradient is not packed: its row stride is the number of units.
        strip_t strip = panel_strip(is_wide, right + column, column, units, 0, 0);
        strip.step = strip.other_step = (ptrdiff_t)columns;
        strip.other = strip.right + 2 * lanes;
        width = strip_width(strip) * lanes;
        for (size_t row = begin; row < stop; row += high) {
          size_t rows = smaller(high, stop - row);
          const float *from[wide_rows];
          float *to[wide_rows];
          begin_rows(is_wide, row, rows, left, 1, gradient + ky * length * units + column, units,
                     from, to);
          any_tile(is_wide, rows, from, walk, strip, to, (finish_t){adds, NULL});
        }
      }
    }
  }
}
EK_DISPATCH_WIDE(ek_convolve_weights,
                 (const float *x, const float *above, const ek_windows *w, size_t units,
                  size_t first, size_t end, float *gradient, float *workspace),
                 x, above, w, units, first, end, gradient, workspace)
