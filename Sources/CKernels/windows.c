#include "dispatch.h"

#include <math.h>
#include <string.h>

// Pooling and depthwise convolution over images, and reductions per channel. All images are [rows,
// height, width, channels].

// Runs `body` for each input pixel of a window, with `from` (its offset) and `tap` in scope.
#define EK_EACH_TAP(w, oy, ox, body)                                                     \
  for (size_t ky = 0; ky < (w)->window_height; ky++) {                                   \
    ptrdiff_t y = (ptrdiff_t)((oy) * (w)->stride_height + ky) - (ptrdiff_t)(w)->top;     \
    if (y < 0 || y >= (ptrdiff_t)(w)->height) continue;                                  \
    for (size_t kx = 0; kx < (w)->window_width; kx++) {                                  \
      ptrdiff_t at = (ptrdiff_t)((ox) * (w)->stride_width + kx) - (ptrdiff_t)(w)->left;  \
      if (at < 0 || at >= (ptrdiff_t)(w)->width) continue;                               \
      size_t from = ((size_t)y * (w)->width + (size_t)at) * (w)->channels;               \
      size_t tap = ky * (w)->window_width + kx;                                          \
      (void)tap;                                                                         \
      body                                                                               \
    }                                                                                    \
  }

EK_BODY void ek_largest_of_windows_body(const float *x, const ek_windows *w,
                                        float *restrict output) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels) {
      for (size_t c = 0; c < w->channels; c++) output[c] = -INFINITY;
      EK_EACH_TAP(w, oy, ox, {
        for (size_t c = 0; c < w->channels; c++)
          output[c] = x[from + c] > output[c] || x[from + c] != x[from + c] ? x[from + c] : output[c];
      })
    }
}

EK_DISPATCH(ek_largest_of_windows, (const float *x, const ek_windows *w, float *output),
            (x, w, output))

EK_BODY void ek_largest_of_windows_backward_body(const float *x, const float *output,
                                                 const float *above, const ek_windows *w,
                                                 float *restrict below, uint32_t *restrict open) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels, above += w->channels) {
      memset(open, 0xFF, w->channels * sizeof(uint32_t));
      EK_EACH_TAP(w, oy, ox, {
        for (size_t c = 0; c < w->channels; c++) {
          uint32_t hit = x[from + c] == output[c] ? open[c] : 0;
          below[from + c] += hit ? above[c] : 0.0f;
          open[c] &= ~hit;
        }
      })
    }
}
EK_DISPATCH(ek_largest_of_windows_backward,
            (const float *x, const float *output, const float *above, const ek_windows *w,
             float *below, uint32_t *open),
            (x, output, above, w, below, open))

void ek_mean_of_windows(const float *x, const ek_windows *w, int counts_padding, float *output) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels) {
      size_t count = 0;
      memset(output, 0, w->channels * sizeof(float));
      EK_EACH_TAP(w, oy, ox, {
        count++;
        for (size_t c = 0; c < w->channels; c++) output[c] += x[from + c];
      })
      if (counts_padding) count = w->window_height * w->window_width;
      float share = count ? 1.0f / (float)count : 0.0f;
      for (size_t c = 0; c < w->channels; c++) output[c] *= share;
    }
}

void ek_mean_of_windows_backward(const float *above, const ek_windows *w, int counts_padding,
                                 float *below) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, above += w->channels) {
      size_t count = 0;
      EK_EACH_TAP(w, oy, ox, { count++; (void)from; })
      if (counts_padding) count = w->window_height * w->window_width;
      float share = count ? 1.0f / (float)count : 0.0f;
      EK_EACH_TAP(w, oy, ox, {
        for (size_t c = 0; c < w->channels; c++) below[from + c] += share * above[c];
      })
    }
}

EK_BODY void ek_depthwise_body(const float *x, const float *weights, const ek_windows *w,
                               float *output) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels) {
      memset(output, 0, w->channels * sizeof(float));
      EK_EACH_TAP(w, oy, ox, {
        const float *own = weights + tap * w->channels;
        for (size_t c = 0; c < w->channels; c++) output[c] += x[from + c] * own[c];
      })
    }
}
EK_DISPATCH(ek_depthwise,
            (const float *x, const float *weights, const ek_windows *w, float *output),
            (x, weights, w, output))

EK_BODY void ek_depthwise_backward_body(const float *x, const float *weights, const float *above,
                                        const ek_windows *w, size_t first, size_t end,
                                        float *below, float *gradient) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, above += w->channels) {
      EK_EACH_TAP(w, oy, ox, {
        float *own = gradient + tap * w->channels;
        for (size_t c = first; c < end; c++) own[c] += x[from + c] * above[c];
        if (below) {
          const float *weight = weights + tap * w->channels;
          for (size_t c = first; c < end; c++) below[from + c] += weight[c] * above[c];
        }
      })
    }
}
EK_DISPATCH(ek_depthwise_backward,
            (const float *x, const float *weights, const float *above, const ek_windows *w,
             size_t first, size_t end, float *below, float *gradient),
            (x, weights, above, w, first, end, below, gradient))

// Blocks of sixteen channels keep their sums in registers; the remaining channels are processed one
// by one. Rows are processed in blocks that fit in the cache.
enum { channel_block = 16, cached_numbers = 4096 };

static size_t block_at(size_t channel, size_t channels) {
  return channels - channel < channel_block ? 1 : channel_block;
}

size_t ek_channel_rows(size_t channels) { return cached_numbers / channels + 1; }

static size_t few_rows(size_t start, size_t rows, size_t channels) {
  size_t few = ek_channel_rows(channels);
  return rows - start < few ? rows - start : few;
}

EK_BODY void add_moments(size_t width, const float *x, const float *pivots, size_t rows,
                         size_t channels, double *sums, double *squares) {
  double s[channel_block] = {0}, q[channel_block] = {0};
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) {
      double d = (double)x[r * channels + c] - (double)pivots[c];
      s[c] += d;
      q[c] += d * d;
    }
  for (size_t c = 0; c < width; c++) {
    sums[c] += s[c];
    squares[c] += q[c];
  }
}

EK_BODY void ek_channel_moments_body(const float *x, const float *pivots, size_t rows,
                                     size_t channels, size_t own, double *sums,
                                     double *squares) {
  for (size_t start = 0, few; start < rows; start += few) {
    few = few_rows(start, rows, channels);
    const float *from = x + start * channels;
    for (size_t c = 0; c < own; c += block_at(c, own))
      if (block_at(c, own) > 1)
        add_moments(channel_block, from + c, pivots + c, few, channels, sums + c, squares + c);
      else
        add_moments(1, from + c, pivots + c, few, channels, sums + c, squares + c);
  }
}
EK_DISPATCH(ek_channel_moments,
            (const float *x, const float *pivots, size_t rows, size_t channels, size_t own,
             double *sums, double *squares),
            (x, pivots, rows, channels, own, sums, squares))

EK_BODY void add_products(size_t width, const float *above, const float *x, const float *means,
                          size_t rows, size_t channels, double *sums, double *products) {
  double s[channel_block] = {0}, q[channel_block] = {0};
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) {
      double g = (double)above[r * channels + c];
      s[c] += g;
      q[c] += g * ((double)x[r * channels + c] - (double)means[c]);
    }
  for (size_t c = 0; c < width; c++) {
    sums[c] += s[c];
    products[c] += q[c];
  }
}

EK_BODY void ek_channel_products_body(const float *above, const float *x, const float *means,
                                      size_t rows, size_t channels, size_t own, double *sums,
                                      double *products) {
  for (size_t start = 0, few; start < rows; start += few) {
    few = few_rows(start, rows, channels);
    size_t at = start * channels;
    for (size_t c = 0; c < own; c += block_at(c, own))
      if (block_at(c, own) > 1)
        add_products(channel_block, above + at + c, x + at + c, means + c, few, channels, sums + c,
                     products + c);
      else
        add_products(1, above + at + c, x + at + c, means + c, few, channels, sums + c,
                     products + c);
  }
}
EK_DISPATCH(ek_channel_products,
            (const float *above, const float *x, const float *means, size_t rows, size_t channels,
             size_t own, double *sums, double *products),
            (above, x, means, rows, channels, own, sums, products))

EK_BODY void draw_lines(size_t width, const float *x, const float *above, const float *p,
                        const float *q, const float *r, size_t rows, size_t channels,
                        float *restrict output) {
  for (size_t i = 0; i < rows; i++)
    for (size_t c = 0; c < width; c++) {
      size_t at = i * channels + c;
      float line = q[c] * x[at] + r[c];
      output[at] = above ? p[c] * above[at] + line : line;
    }
}

EK_BODY void ek_channel_affine_body(const float *x, const float *above, const float *p,
                                    const float *q, const float *r, size_t rows, size_t channels,
                                    float *output) {
  for (size_t start = 0, few; start < rows; start += few) {
    few = few_rows(start, rows, channels);
    size_t at = start * channels;
    for (size_t c = 0; c < channels; c += block_at(c, channels))
      if (block_at(c, channels) == 1)
        draw_lines(1, x + at + c, above ? above + at + c : NULL, p + c, q + c, r + c, few,
                   channels, output + at + c);
      else if (above)
        draw_lines(channel_block, x + at + c, above + at + c, p + c, q + c, r + c, few, channels,
                   output + at + c);
      else
        draw_lines(channel_block, x + at + c, NULL, p + c, q + c, r + c, few, channels,
                   output + at + c);
  }
}
EK_DISPATCH(ek_channel_affine,
            (const float *x, const float *above, const float *p, const float *q, const float *r,
             size_t rows, size_t channels, float *output),
            (x, above, p, q, r, rows, channels, output))
