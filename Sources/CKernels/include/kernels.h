// The hot loops below Tensors: element-wise functions, losses, optimisers.
//
// Each has one portable body, compiled twice: once plain, once for AVX2 and FMA, chosen by what the
// processor has; matrix products and chains of layers a third time, for AVX-512. Pointers must not overlap unless a comment says they may be the same.
#ifndef ESPALIER_KERNELS_H
#define ESPALIER_KERNELS_H
#include <stddef.h>
#include <stdint.h>

enum ek_activation {
  EK_RELU = 0,
  EK_LEAKY_RELU = 1,
  EK_ELU = 2,
  EK_SIGMOID = 3,
  EK_TANH = 4,
  EK_SELU = 5,
  EK_SOFTPLUS = 6,
  EK_SOFTSIGN = 7,
  EK_THRESHOLDED_RELU = 8,
  EK_CLIPPED_RELU = 9,
  EK_HARD_SWISH = 10,
  EK_SILU = 11,
  EK_GELU = 12,
  EK_GELU_TANH = 13,
  EK_MISH = 14,
};

/// y[r, c] += bias[c]
void ek_add_bias(float *y, const float *bias, size_t rows, size_t columns);
/// y = f(x); x and y may be the same. `slope` is the negative slope (leaky ReLU), the scale (ELU), the
/// threshold (thresholded ReLU) or the largest output (clipped ReLU).
void ek_activate(int kind, float slope, const float *x, float *y, size_t count);
/// g = gy * f'(x); gy and g may be the same. The derivative is computed from the output y = f(x); from
/// EK_HARD_SWISH on, where two inputs have one output, from the input x, which is read there alone.
void ek_activate_backward(int kind, float slope, const float *x, const float *y, const float *gy,
                          float *g, size_t count);
/// sums[c] = sum over rows of x[r, c], rows added in order
void ek_column_sums(const float *x, float *sums, size_t rows, size_t columns);
/// Rows become probabilities.
void ek_softmax(const float *x, float *y, size_t rows, size_t columns);
/// y += scale * x
void ek_add_scaled(float scale, const float *x, float *y, size_t count);
/// One step of Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).
/// `step1` and `step2` are 1 - beta1^t and 1 - beta2^t.
void ek_adam(float *parameter, const float *gradient, float *mean, float *square, size_t count,
             float rate, float beta1, float beta2, float epsilon, float decay, float step1,
             float step2);
/// One step of gradient descent with momentum and weight decay.
void ek_momentum(float *parameter, const float *gradient, float *velocity, size_t count,
                 float rate, float momentum, float decay);
/// Moves each value towards zero by at most `amount` (the proximal step of the L1 penalty).
void ek_shrink(float *parameter, size_t count, float amount);
/// parameter = 0 wherever mask = 0
void ek_mask(float *parameter, const uint8_t *mask, size_t count);
/// histogram[bin of rows[i] * classes + class_of[i]] += weights[i], or 1 where `weights` is NULL.
/// `class_of` and `weights` stand in the order of `rows`.
void ek_count_bins(const uint8_t *bins, const int32_t *rows, const int32_t *class_of,
                   const int32_t *weights, size_t count, size_t classes, int32_t *histogram);

// ---- Matrix products in products.c, convolutions in convolutions.c. ----

/// The right factor of a product, `[rows, columns]` with steps of its own, in panels: room for `rows`
/// times `ek_padded_columns`.
void ek_pack(const float *right, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
             size_t columns, float *panels);
/// `columns` rounded up to whole vectors.
size_t ek_padded_columns(size_t columns);
/// output[m, n] = left[m, k] · panels[k, n] + bias[n], the bias unless NULL; `row_step` and
/// `inner_step` say how the left factor lies.
void ek_product(const float *left, ptrdiff_t row_step, ptrdiff_t inner_step, const float *panels,
                const float *bias, float *output, size_t m, size_t n, size_t k);

// ---- Rows through a chain of dense layers, in chain.c. ----

/// One dense layer and what follows it: an `ek_activation` with its slope, nothing where it is below 0.
typedef struct ek_link {
  size_t inputs, units;
  int kind;
  float slope;
  /// As `ek_pack_link` leaves them.
  const float *packed;
} ek_link;

/// Weights `[inputs, units]` and biases in the order of reading: room for `ek_link_size` numbers.
void ek_pack_link(const float *weights, const float *bias, size_t inputs, size_t units,
                  float *packed);
size_t ek_link_size(size_t inputs, size_t units);
/// output[count, units of the last] = rows[count, inputs of the first] through all links; `room` is
/// for `ek_chain_room` numbers.
void ek_chain(const float *rows, size_t count, const ek_link *links, size_t length, float *output,
              float *room);
size_t ek_chain_room(const ek_link *links, size_t length);

// ---- Windows over pictures and sums over channels, in windows.c. ----

/// Where windows stand on one picture of `[height, width, channels]`; what lies outside is padding.
typedef struct ek_windows {
  size_t height, width, channels;
  size_t window_height, window_width;
  size_t stride_height, stride_width;
  size_t top, left;
  size_t output_height, output_width;
} ek_windows;

/// The largest number under each window, channel by channel; padding never counts.
void ek_largest_of_windows(const float *x, const ek_windows *w, float *output);
/// below += above at the first place that held the largest number; `open` is room for `channels`.
void ek_largest_of_windows_backward(const float *x, const float *output, const float *above,
                                    const ek_windows *w, float *below, uint32_t *open);
/// The mean under each window; padding counts as zeros where `counts_padding`.
void ek_mean_of_windows(const float *x, const ek_windows *w, int counts_padding, float *output);
void ek_mean_of_windows_backward(const float *above, const ek_windows *w, int counts_padding,
                                 float *below);
/// One picture's convolution, in convolutions.c: output[pixel, unit], the bias unless NULL. `panels` are
/// the packed weights `[tap, channel, unit]`; `room` is for `ek_convolve_room` numbers.
void ek_convolve(const float *x, const ek_windows *w, const float *panels, const float *bias,
                 size_t units, float *output, float *room);
size_t ek_convolve_room(const ek_windows *w);
/// below = of one picture; `panels` come from `ek_pack_below`.
void ek_convolve_below(const float *above, const ek_windows *w, const float *panels, size_t units,
                       float *below, float *room);
size_t ek_convolve_below_room(const ek_windows *w, size_t units);
/// Packs weights for `ek_convolve_below`, unless `panels` is NULL, and says how many numbers that takes.
size_t ek_pack_below(const float *weights, const ek_windows *w, size_t units, float *panels);
/// gradient[tap, channel, unit] += of one picture.
void ek_convolve_weights(const float *x, const float *above, const ek_windows *w, size_t units,
                         float *gradient, float *room);
size_t ek_convolve_weights_room(const ek_windows *w, size_t units);

/// Each channel summed under its own weights[tap, channel].
void ek_depthwise(const float *x, const float *weights, const ek_windows *w, float *output);
/// gradient += of the weights; below += of the input, unless NULL.
void ek_depthwise_backward(const float *x, const float *weights, const float *above,
                           const ek_windows *w, float *below, float *gradient);

/// sums[c] += x[r, c] - pivots[c]; squares[c] += (x[r, c] - pivots[c])^2
void ek_channel_moments(const float *x, const float *pivots, size_t rows, size_t channels,
                        double *sums, double *squares);
/// sums[c] += above[r, c]; products[c] += above[r, c] * (x[r, c] - means[c])
void ek_channel_products(const float *above, const float *x, const float *means, size_t rows,
                         size_t channels, double *sums, double *products);
/// output[i, c] = p[c] * above[i, c] + q[c] * x[i, c] + r[c]; without the first term where `above`
/// is NULL.
void ek_channel_affine(const float *x, const float *above, const float *p, const float *q,
                       const float *r, size_t rows, size_t channels, float *output);

// ---- The worker pool: spins briefly, then parks. ----

typedef void (*ek_task)(void *context, size_t index);
/// Runs `task` for 0..<count on up to `threads` threads, this one among them, and returns when all
/// are done. Which thread runs which index is open, so tasks must not depend on it. A call from
/// within a task, or while another thread uses the pool, runs here alone.
void ek_run(size_t count, size_t threads, ek_task task, void *context);
/// How many threads `ek_run` can use at most.
size_t ek_thread_limit(void);

/// Whether the address space of the process is limited (`ulimit -v`).
int ek_is_limited(void);
/// Whether the AVX2 bodies run here.
int ek_has_avx2(void);
/// Whether the AVX-512 bodies run here; they give the same bits as those for AVX2.
int ek_has_avx512(void);
/// Has the AVX2 bodies run although AVX-512 is there, so that the two can be compared.
void ek_avoid_avx512(int avoids);

#endif
