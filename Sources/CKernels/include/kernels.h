// The hot loops below Tensors: element-wise functions, losses, optimisers.
//
// Each has one portable body, compiled twice: once plain, once for AVX2 and FMA, chosen when the
// program starts. Pointers must not overlap unless a comment says they may be the same.
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
};

/// y[r, c] += bias[c]
void ek_add_bias(float *y, const float *bias, size_t rows, size_t columns);
/// y = f(x); x and y may be the same. `slope` is the negative slope (leaky ReLU) or scale (ELU).
void ek_activate(int kind, float slope, const float *x, float *y, size_t count);
/// g = gy * f'(x), written through the output y = f(x); gy and g may be the same.
void ek_activate_backward(int kind, float slope, const float *y, const float *gy, float *g,
                          size_t count);
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

// ---- The worker pool: spins briefly, then parks. ----

typedef void (*ek_task)(void *context, size_t index);
/// Runs `task` for 0..<count on up to `threads` threads, this one among them, and returns when all
/// are done. Which thread runs which index is open, so tasks must not depend on it. A call from
/// within a task, or while another thread uses the pool, runs here alone.
void ek_run(size_t count, size_t threads, ek_task task, void *context);
/// How many threads `ek_run` can use at most.
size_t ek_thread_limit(void);
/// Whether the AVX2 bodies run here.
int ek_has_avx2(void);

#endif
