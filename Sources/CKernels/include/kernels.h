// Compute kernels of the Tensors module: element-wise functions, optimisers, matrix products,
// convolutions and the thread pool.
//
// Each kernel has one portable body that is compiled twice: portably, and for AVX2 and FMA,
// selected at run time; matrix products, convolutions and chains of layers also for AVX-512.
// Pointers must not alias unless a comment says they may be equal.
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
/// y = f(x); x and y may be equal. `slope` is the negative slope (leaky ReLU), the scale (ELU), the
/// threshold (thresholded ReLU) or the largest output (clipped ReLU).
void ek_activate(int kind, float slope, const float *x, float *y, size_t count);
/// g = gy * f'(x); gy and g may be equal. The derivative is computed from the output y = f(x); from
/// EK_HARD_SWISH on, where the function is not invertible, from the input x, which is not read
/// otherwise.
void ek_activate_backward(int kind, float slope, const float *x, const float *y, const float *gy,
                          float *g, size_t count);
/// sums[c] = sum over rows of x[r, c], accumulated in row order
void ek_column_sums(const float *x, float *sums, size_t rows, size_t columns);
/// Softmax of each row; x and y may be equal.
void ek_softmax(const float *x, float *y, size_t rows, size_t columns);
/// y += scale * x
void ek_add_scaled(float scale, const float *x, float *y, size_t count);
/// One step of Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).
/// `step1` and `step2` are 1 - beta1^t and 1 - beta2^t.
void ek_adam(float *parameter, const float *gradient, float *mean, float *square, size_t count,
             float rate, float beta1, float beta2, float epsilon, float decay, float step1,
             float step2);
/// One step of SGD with momentum and weight decay.
void ek_momentum(float *parameter, const float *gradient, float *velocity, size_t count,
                 float rate, float momentum, float decay);
/// Soft-thresholds each value by `amount` (the proximal step of the L1 penalty).
void ek_shrink(float *parameter, size_t count, float amount);
/// parameter = 0 where mask = 0
void ek_mask(float *parameter, const uint8_t *mask, size_t count);
/// histogram[bin of rows[i] * classes + class_of[i]] += weights[i], or 1 where `weights` is NULL.
/// `class_of` and `weights` are in the order of `rows`.
void ek_count_bins(const uint8_t *bins, const int32_t *rows, const int32_t *class_of,
                   const int32_t *weights, size_t count, size_t classes, int32_t *histogram);

// ---- Matrix products in products.c, convolutions in convolutions.c. ----

/// Packs the right factor of a product, `[rows, columns]` with the given strides, into panels of
/// `rows` · `ek_padded_columns(columns)` floats.
void ek_pack(const float *right, ptrdiff_t row_step, ptrdiff_t column_step, size_t rows,
             size_t columns, float *panels);
/// `columns` rounded up to a multiple of the vector width.
size_t ek_padded_columns(size_t columns);
/// output[m, n] = left[m, k] · panels[k, n] + bias[n], where bias may be NULL; `row_step` and
/// `inner_step` are the strides of the left factor.
void ek_product(const float *left, ptrdiff_t row_step, ptrdiff_t inner_step, const float *panels,
                const float *bias, float *output, size_t m, size_t n, size_t k);

// ---- Rows through a chain of dense layers, in chain.c. ----

/// One dense layer with its activation: `kind` is an `ek_activation`, or negative for none.
typedef struct ek_link {
  size_t inputs, units;
  int kind;
  float slope;
  /// The parameters packed by `ek_pack_link`.
  const float *packed;
} ek_link;

/// Packs weights `[inputs, units]` and biases into `ek_link_size` floats.
void ek_pack_link(const float *weights, const float *bias, size_t inputs, size_t units,
                  float *packed);
size_t ek_link_size(size_t inputs, size_t units);
/// Applies all links: `rows` is [count, inputs of the first link], `output` is [count, units of the
/// last link]; `workspace` is scratch memory of `ek_chain_workspace` floats.
void ek_chain(const float *rows, size_t count, const ek_link *links, size_t length, float *output,
              float *workspace);
size_t ek_chain_workspace(const ek_link *links, size_t length);

// ---- Pooling, depthwise convolution and per-channel reductions, in windows.c. ----

/// The geometry of windows over one image of `[height, width, channels]`; positions outside are
/// padding.
typedef struct ek_windows {
  size_t height, width, channels;
  size_t window_height, window_width;
  size_t stride_height, stride_width;
  size_t top, left;
  size_t output_height, output_width;
} ek_windows;

/// Max pooling per channel; padding is ignored.
void ek_largest_of_windows(const float *x, const ek_windows *w, float *output);
/// below += above at the first position of the maximum; `open` is a workspace of `channels`
/// elements.
void ek_largest_of_windows_backward(const float *x, const float *output, const float *above,
                                    const ek_windows *w, float *below, uint32_t *open);
/// Average pooling; padding counts as zeros if `counts_padding`.
void ek_mean_of_windows(const float *x, const ek_windows *w, int counts_padding, float *output);
void ek_mean_of_windows_backward(const float *above, const ek_windows *w, int counts_padding,
                                 float *below);
/// The convolution of one image, in convolutions.c: output[pixel, unit]; bias may be NULL. `panels`
/// are the packed weights `[tap, channel, unit]`; `workspace` is scratch memory of
/// `ek_convolve_workspace` floats.
void ek_convolve(const float *x, const ek_windows *w, const float *panels, const float *bias,
                 size_t units, float *output, float *workspace);
size_t ek_convolve_workspace(const ek_windows *w);
/// below = the gradient with respect to the input of one image; `panels` are packed by
/// `ek_pack_below`.
void ek_convolve_below(const float *above, const ek_windows *w, const float *panels, size_t units,
                       float *below, float *workspace);
size_t ek_convolve_below_workspace(const ek_windows *w, size_t units);
/// Packs weights for `ek_convolve_below`, unless `panels` is NULL; returns the size in floats.
size_t ek_pack_below(const float *weights, const ek_windows *w, size_t units, float *panels);
/// gradient[tap, channel, unit] += the gradient with respect to the weights for one image, for the
/// rows first..<end of `[tap · channel, unit]`; a row does not depend on the range.
void ek_convolve_weights(const float *x, const float *above, const ek_windows *w, size_t units,
                         size_t first, size_t end, float *gradient, float *workspace);
size_t ek_convolve_weights_workspace(const ek_windows *w, size_t units);

/// Depthwise convolution with weights[tap, channel].
void ek_depthwise(const float *x, const float *weights, const ek_windows *w, float *output);
/// gradient += the gradient with respect to the weights; below += that of the input, unless NULL;
/// for the channels first..<end.
void ek_depthwise_backward(const float *x, const float *weights, const float *above,
                           const ek_windows *w, size_t first, size_t end, float *below,
                           float *gradient);

/// sums[c] += x[r, c] - pivots[c]; squares[c] += (x[r, c] - pivots[c])^2, for `own` channels from
/// the pointers on; `channels` is the length of a row.
///
/// The rows are added in blocks of `ek_channel_rows(channels)`, each summed from zero.
void ek_channel_moments(const float *x, const float *pivots, size_t rows, size_t channels,
                        size_t own, double *sums, double *squares);
/// sums[c] += above[r, c]; products[c] += above[r, c] * (x[r, c] - means[c]), in the same blocks.
void ek_channel_products(const float *above, const float *x, const float *means, size_t rows,
                         size_t channels, size_t own, double *sums, double *products);
size_t ek_channel_rows(size_t channels);
/// output[i, c] = p[c] * above[i, c] + q[c] * x[i, c] + r[c]; without the first term if `above` is
/// NULL.
void ek_channel_affine(const float *x, const float *above, const float *p, const float *q,
                       const float *r, size_t rows, size_t channels, float *output);

/// sums[bin] += gains[row] for the bin of (base[row] + f * one[row] + g * two[row] - low) * scale,
/// clamped to 0..<bins.
void ek_cut_bins(const float *base, const float *one, float f, const float *two, float g,
                 const float *gains, size_t rows, float low, float scale, size_t bins,
                 float *sums);
/// The number of bits that both have.
int64_t ek_count_common(const uint64_t *first, const uint64_t *second, size_t words);
/// counts[i, j, class] = sum over the bits that the sets i and j, `[conditions, words]`, share in the
/// words starts[class] ..< starts[class + 1] of the weight of their word, for i <= j; other counts are
/// left as they are.
void ek_count_pairs(const uint64_t *bits, const int32_t *weights, const size_t *starts,
                    size_t conditions, size_t words, size_t classes, int32_t *counts);

// ---- The worker pool: spins briefly, then parks. ----

typedef void (*ek_task)(void *context, size_t index);
/// Runs `task` for 0..<count on up to `threads` threads, including the calling thread, and returns
/// after all have finished. The assignment of indices to threads is unspecified. A call from within
/// a task, or while another thread uses the pool, runs on the calling thread only.
void ek_run(size_t count, size_t threads, ek_task task, void *context);
/// The number of threads that `ek_run` uses by default: one per core, at most 64.
size_t ek_thread_limit(void);
/// Starts threads until `ek_run` can use `threads`, also beyond the number of cores.
void ek_start_threads(size_t threads);

/// Whether the address space of the process is limited (`ulimit -v`).
int ek_is_limited(void);
/// Whether the AVX2 versions are used.
int ek_has_avx2(void);
/// Whether the AVX-512 versions are used; their results are bit-identical to the AVX2 versions.
int ek_has_avx512(void);
/// If `avoids` is not 0, uses the AVX2 versions even if AVX-512 is available, to compare the two.
void ek_avoid_avx512(int avoids);

#endif
