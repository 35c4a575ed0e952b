#include "kernels.h"

#include <math.h>
#include <string.h>

// Windows over pictures and sums over channels. Everything is [rows, height, width, channels].

#if defined(__x86_64__)
#define EK_FAST __attribute__((target("avx2,fma")))
#else
#define EK_FAST
#endif
#define EK_BODY static inline __attribute__((always_inline))

#define EK_DISPATCH(name, parameters, arguments)                 \
  static void name##_plain parameters { name##_body arguments; } \
  EK_FAST static void name##_fast parameters { name##_body arguments; } \
  void name parameters {                                         \
    if (ek_has_avx2())                                           \
      name##_fast arguments;                                     \
    else                                                         \
      name##_plain arguments;                                    \
  }

void ek_gather_windows(const float *x, const ek_windows *w, size_t first_channel, size_t channels,
                       float *columns) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++)
      for (size_t ky = 0; ky < w->window_height; ky++) {
        ptrdiff_t y = (ptrdiff_t)(oy * w->stride_height + ky) - (ptrdiff_t)w->top;
        for (size_t kx = 0; kx < w->window_width; kx++, columns += channels) {
          ptrdiff_t at = (ptrdiff_t)(ox * w->stride_width + kx) - (ptrdiff_t)w->left;
          if (y < 0 || y >= (ptrdiff_t)w->height || at < 0 || at >= (ptrdiff_t)w->width)
            memset(columns, 0, channels * sizeof(float));
          else
            memcpy(columns, x + ((size_t)y * w->width + (size_t)at) * w->channels + first_channel,
                   channels * sizeof(float));
        }
      }
}

void ek_scatter_windows(const float *columns, const ek_windows *w, size_t first_channel,
                        size_t channels, float *x) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++)
      for (size_t ky = 0; ky < w->window_height; ky++) {
        ptrdiff_t y = (ptrdiff_t)(oy * w->stride_height + ky) - (ptrdiff_t)w->top;
        for (size_t kx = 0; kx < w->window_width; kx++, columns += channels) {
          ptrdiff_t at = (ptrdiff_t)(ox * w->stride_width + kx) - (ptrdiff_t)w->left;
          if (y < 0 || y >= (ptrdiff_t)w->height || at < 0 || at >= (ptrdiff_t)w->width) continue;
          float *to = x + ((size_t)y * w->width + (size_t)at) * w->channels + first_channel;
          for (size_t c = 0; c < channels; c++) to[c] += columns[c];
        }
      }
}

// Runs `body` for each input pixel of a window with `from` (its offset) and `tap` in scope.
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

void ek_largest_of_windows(const float *x, const ek_windows *w, float *output) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels) {
      for (size_t c = 0; c < w->channels; c++) output[c] = -INFINITY;
      EK_EACH_TAP(w, oy, ox, {
        for (size_t c = 0; c < w->channels; c++)
          output[c] = x[from + c] > output[c] || x[from + c] != x[from + c] ? x[from + c] : output[c];
      })
    }
}

void ek_largest_of_windows_backward(const float *x, const float *output, const float *above,
                                    const ek_windows *w, float *below, uint8_t *taken) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, output += w->channels, above += w->channels) {
      memset(taken, 0, w->channels);
      EK_EACH_TAP(w, oy, ox, {
        for (size_t c = 0; c < w->channels; c++)
          if (!taken[c] && x[from + c] == output[c]) {
            below[from + c] += above[c];
            taken[c] = 1;
          }
      })
    }
}

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
                                        const ek_windows *w, float *below, float *gradient) {
  for (size_t oy = 0; oy < w->output_height; oy++)
    for (size_t ox = 0; ox < w->output_width; ox++, above += w->channels) {
      EK_EACH_TAP(w, oy, ox, {
        float *own = gradient + tap * w->channels;
        for (size_t c = 0; c < w->channels; c++) own[c] += x[from + c] * above[c];
        if (below) {
          const float *weight = weights + tap * w->channels;
          for (size_t c = 0; c < w->channels; c++) below[from + c] += weight[c] * above[c];
        }
      })
    }
}
EK_DISPATCH(ek_depthwise_backward,
            (const float *x, const float *weights, const float *above, const ek_windows *w,
             float *below, float *gradient),
            (x, weights, above, w, below, gradient))

EK_BODY void ek_channel_sums_body(const float *x, size_t rows, size_t channels, double *sums) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) sums[c] += (double)x[r * channels + c];
}
EK_DISPATCH(ek_channel_sums, (const float *x, size_t rows, size_t channels, double *sums),
            (x, rows, channels, sums))

EK_BODY void ek_channel_squares_body(const float *x, const float *means, size_t rows,
                                     size_t channels, double *sums) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) {
      double d = (double)x[r * channels + c] - (double)means[c];
      sums[c] += d * d;
    }
}
EK_DISPATCH(ek_channel_squares,
            (const float *x, const float *means, size_t rows, size_t channels, double *sums),
            (x, means, rows, channels, sums))

EK_BODY void ek_channel_products_body(const float *above, const float *x, const float *means,
                                      size_t rows, size_t channels, double *sums,
                                      double *products) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) {
      double g = (double)above[r * channels + c];
      sums[c] += g;
      products[c] += g * ((double)x[r * channels + c] - (double)means[c]);
    }
}
EK_DISPATCH(ek_channel_products,
            (const float *above, const float *x, const float *means, size_t rows, size_t channels,
             double *sums, double *products),
            (above, x, means, rows, channels, sums, products))

EK_BODY void ek_channel_affine_body(const float *x, const float *above, const float *p,
                                    const float *q, const float *r, size_t rows, size_t channels,
                                    float *output) {
  if (above)
    for (size_t i = 0; i < rows; i++)
      for (size_t c = 0; c < channels; c++)
        output[i * channels + c] = p[c] * above[i * channels + c] + q[c] * x[i * channels + c] + r[c];
  else
    for (size_t i = 0; i < rows; i++)
      for (size_t c = 0; c < channels; c++)
        output[i * channels + c] = q[c] * x[i * channels + c] + r[c];
}
EK_DISPATCH(ek_channel_affine,
            (const float *x, const float *above, const float *p, const float *q, const float *r,
             size_t rows, size_t channels, float *output),
            (x, above, p, q, r, rows, channels, output))
