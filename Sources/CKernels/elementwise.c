#include "dispatch.h"

#include <string.h>

// e^x to about 2 ulp: x = n ln 2 + r, then a polynomial of degree 6 in r. Without branches and
// calls, so that loops over it vectorise.
EK_BODY float ek_exp(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  float n = __builtin_elementwise_floor(x * 1.44269504f + 0.5f);
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

EK_BODY float ek_sigmoid(float x) { return 1.0f / (1.0f + ek_exp(-x)); }
EK_BODY float ek_tanh(float x) { return 2.0f * ek_sigmoid(2.0f * x) - 1.0f; }

// ln(1 + e^x): max(0, x) + 2 artanh(t / (2 + t)) with t = e^-|x|, where artanh is computed by its
// series.
EK_BODY float ek_softplus(float x) {
  float t = ek_exp(-__builtin_elementwise_abs(x));
  float s = t / (2.0f + t);
  float q = s * s;
  float p = 1.0f / 13.0f;
  p = p * q + 1.0f / 11.0f;
  p = p * q + 1.0f / 9.0f;
  p = p * q + 1.0f / 7.0f;
  p = p * q + 1.0f / 5.0f;
  p = p * q + 1.0f / 3.0f;
  p = p * q + 1.0f;
  return (x > 0 ? x : 0.0f) + 2.0f * s * p;
}

// The cumulative distribution function of the standard normal distribution, by the approximation of
// erfc in Press et al., Numerical Recipes (1992), section 6.2: relative error below 1.2e-7.
EK_BODY float ek_normal_share(float x) {
  float z = __builtin_elementwise_abs(x) * 0.70710678f;
  float t = 1.0f / (1.0f + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  float tail = 0.5f * t * ek_exp(p - z * z);
  return x > 0 ? 1.0f - tail : tail;
}

// The argument of the sigmoid in the tanh approximation of GELU: 2 sqrt(2/pi) (x + 0.044715 x^3).
EK_BODY float ek_gelu_inner(float x) {
  x = x > 20.0f ? 20.0f : x;
  x = x < -20.0f ? -20.0f : x;
  return 1.59576912f * (x + 0.044715f * x * x * x);
}

// tanh(softplus(x)) = n / (n + 2) with n = e^x (e^x + 2).
EK_BODY float ek_mish_gate(float x) {
  float e = ek_exp(x > 20.0f ? 20.0f : x);
  float n = e * (e + 2.0f);
  return n / (n + 2.0f);
}

// The constants of SELU (Klambauer et al. 2017): the scale, and the scale times alpha.
static const float selu_scale = 1.05070099f, selu_below = 1.75809934f;

EK_BODY void ek_add_bias_body(float *y, const float *bias, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    float *row = y + r * columns;
    for (size_t c = 0; c < columns; c++) row[c] += bias[c];
  }
}
EK_DISPATCH(ek_add_bias, (float *y, const float *bias, size_t rows, size_t columns),
            (y, bias, rows, columns))

EK_BODY void activate(int kind, float slope, const float *x, float *y, size_t count) {
  switch (kind) {
    case EK_RELU:
      for (size_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : (x[i] == x[i] ? 0.0f : x[i]);
      break;
    case EK_LEAKY_RELU:
      for (size_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : slope * x[i];
      break;
    case EK_ELU:
      for (size_t i = 0; i < count; i++) {
        float below = slope * (ek_exp(x[i]) - 1.0f);
        y[i] = x[i] > 0 ? x[i] : below;
      }
      break;
    case EK_SIGMOID:
      for (size_t i = 0; i < count; i++) y[i] = ek_sigmoid(x[i]);
      break;
    case EK_SELU:
      for (size_t i = 0; i < count; i++) {
        float below = selu_below * (ek_exp(x[i]) - 1.0f);
        y[i] = x[i] > 0 ? selu_scale * x[i] : below;
      }
      break;
    case EK_SOFTPLUS:
      for (size_t i = 0; i < count; i++) y[i] = ek_softplus(x[i]);
      break;
    case EK_SOFTSIGN:
      for (size_t i = 0; i < count; i++) y[i] = x[i] / (1.0f + __builtin_elementwise_abs(x[i]));
      break;
    case EK_THRESHOLDED_RELU:
      for (size_t i = 0; i < count; i++) y[i] = x[i] > slope ? x[i] : 0.0f;
      break;
    case EK_CLIPPED_RELU:
      for (size_t i = 0; i < count; i++) {
        float above = x[i] < 0 ? 0.0f : x[i];
        y[i] = above > slope ? slope : above;
      }
      break;
    case EK_HARD_SWISH:
      for (size_t i = 0; i < count; i++) {
        float gate = x[i] * (1.0f / 6.0f) + 0.5f;
        gate = gate < 0 ? 0.0f : gate;
        y[i] = x[i] * (gate > 1.0f ? 1.0f : gate);
      }
      break;
    case EK_SILU:
      for (size_t i = 0; i < count; i++) y[i] = x[i] * ek_sigmoid(x[i]);
      break;
    case EK_GELU:
      for (size_t i = 0; i < count; i++) y[i] = x[i] * ek_normal_share(x[i]);
      break;
    case EK_GELU_TANH:
      for (size_t i = 0; i < count; i++) y[i] = x[i] * ek_sigmoid(ek_gelu_inner(x[i]));
      break;
    case EK_MISH:
      for (size_t i = 0; i < count; i++) y[i] = x[i] * ek_mish_gate(x[i]);
      break;
    default:
      for (size_t i = 0; i < count; i++) y[i] = ek_tanh(x[i]);
  }
}

// Separate in-place and out-of-place loops, so that the compiler can rule out aliasing.
EK_BODY void ek_activate_body(int kind, float slope, const float *x, float *y, size_t count) {
  if (x == y)
    activate(kind, slope, y, y, count);
  else
    activate(kind, slope, x, y, count);
}
EK_DISPATCH(ek_activate, (int kind, float slope, const float *x, float *y, size_t count),
            (kind, slope, x, y, count))

EK_BODY void activate_backward(int kind, float slope, const float *x, const float *y,
                               const float *gy, float *g, size_t count) {
  switch (kind) {
    case EK_RELU:
      for (size_t i = 0; i < count; i++) g[i] = y[i] > 0 ? gy[i] : 0.0f;
      break;
    case EK_LEAKY_RELU:
      for (size_t i = 0; i < count; i++) g[i] = y[i] > 0 ? gy[i] : slope * gy[i];
      break;
    case EK_ELU:
      for (size_t i = 0; i < count; i++) g[i] = y[i] > 0 ? gy[i] : gy[i] * (y[i] + slope);
      break;
    case EK_SIGMOID:
      for (size_t i = 0; i < count; i++) g[i] = gy[i] * y[i] * (1.0f - y[i]);
      break;
    case EK_SELU:
      for (size_t i = 0; i < count; i++)
        g[i] = gy[i] * (y[i] > 0 ? selu_scale : y[i] + selu_below);
      break;
    case EK_SOFTPLUS:
      for (size_t i = 0; i < count; i++) g[i] = gy[i] * (1.0f - ek_exp(-y[i]));
      break;
    case EK_SOFTSIGN:
      for (size_t i = 0; i < count; i++) {
        float rest = 1.0f - __builtin_elementwise_abs(y[i]);
        g[i] = gy[i] * rest * rest;
      }
      break;
    case EK_THRESHOLDED_RELU:
      for (size_t i = 0; i < count; i++) g[i] = y[i] != 0 ? gy[i] : 0.0f;
      break;
    case EK_CLIPPED_RELU:
      for (size_t i = 0; i < count; i++) g[i] = (y[i] > 0) & (y[i] < slope) ? gy[i] : 0.0f;
      break;
    case EK_HARD_SWISH:
      for (size_t i = 0; i < count; i++) {
        float inner = x[i] * (1.0f / 3.0f) + 0.5f;
        g[i] = gy[i] * (x[i] >= 3.0f ? 1.0f : (x[i] <= -3.0f ? 0.0f : inner));
      }
      break;
    case EK_SILU:
      for (size_t i = 0; i < count; i++) {
        float s = ek_sigmoid(x[i]);
        g[i] = gy[i] * (s + x[i] * s * (1.0f - s));
      }
      break;
    case EK_GELU:
      for (size_t i = 0; i < count; i++) {
        float density = 0.39894228f * ek_exp(-0.5f * x[i] * x[i]);
        g[i] = gy[i] * (ek_normal_share(x[i]) + x[i] * density);
      }
      break;
    case EK_GELU_TANH:
      for (size_t i = 0; i < count; i++) {
        float a = x[i] > 20.0f ? 20.0f : x[i];
        a = a < -20.0f ? -20.0f : a;
        float s = ek_sigmoid(ek_gelu_inner(a));
        float steep = 1.59576912f * (1.0f + 0.134145f * a * a);
        g[i] = gy[i] * (s + a * s * (1.0f - s) * steep);
      }
      break;
    case EK_MISH:
      for (size_t i = 0; i < count; i++) {
        float t = ek_mish_gate(x[i]);
        g[i] = gy[i] * (t + x[i] * (1.0f - t * t) * ek_sigmoid(x[i]));
      }
      break;
    default:
      for (size_t i = 0; i < count; i++) g[i] = gy[i] * (1.0f - y[i] * y[i]);
  }
}

EK_BODY void ek_activate_backward_body(int kind, float slope, const float *x, const float *y,
                                       const float *gy, float *g, size_t count) {
  if (gy == g)
    activate_backward(kind, slope, x, y, g, g, count);
  else
    activate_backward(kind, slope, x, y, gy, g, count);
}
EK_DISPATCH(ek_activate_backward,
            (int kind, float slope, const float *x, const float *y, const float *gy, float *g,
             size_t count),
            (kind, slope, x, y, gy, g, count))

// Blocks of columns, so that the sums stay in registers.
EK_BODY void sum_columns(size_t width, const float *x, float *sums, size_t rows, size_t columns) {
  float own[32] = {0};
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) own[c] += x[r * columns + c];
  memcpy(sums, own, width * sizeof(float));
}

EK_BODY void ek_column_sums_body(const float *x, float *sums, size_t rows, size_t columns) {
  size_t c = 0;
  for (; c + 32 <= columns; c += 32) sum_columns(32, x + c, sums + c, rows, columns);
  for (; c + 8 <= columns; c += 8) sum_columns(8, x + c, sums + c, rows, columns);
  for (; c < columns; c++) sum_columns(1, x + c, sums + c, rows, columns);
}
EK_DISPATCH(ek_column_sums, (const float *x, float *sums, size_t rows, size_t columns),
            (x, sums, rows, columns))

EK_BODY void ek_softmax_body(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *from = x + r * columns;
    float *to = y + r * columns;
    float largest = from[0];
    for (size_t c = 1; c < columns; c++) largest = from[c] > largest ? from[c] : largest;
    float sum = 0;
    for (size_t c = 0; c < columns; c++) to[c] = ek_exp(from[c] - largest);
    for (size_t c = 0; c < columns; c++) sum += to[c];
    for (size_t c = 0; c < columns; c++) to[c] /= sum;
  }
}
EK_DISPATCH(ek_softmax, (const float *x, float *y, size_t rows, size_t columns),
            (x, y, rows, columns))

EK_BODY void ek_add_scaled_body(float scale, const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += scale * x[i];
}
EK_DISPATCH(ek_add_scaled, (float scale, const float *x, float *y, size_t count),
            (scale, x, y, count))

EK_BODY void ek_adam_body(float *parameter, const float *gradient, float *mean, float *square,
                          size_t count, float rate, float beta1, float beta2, float epsilon,
                          float decay, float step1, float step2) {
  float keep = 1.0f - rate * decay;
  float scaled = rate / step1;
  float correction = 1.0f / step2;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i];
    mean[i] = beta1 * mean[i] + (1.0f - beta1) * g;
    square[i] = beta2 * square[i] + (1.0f - beta2) * g * g;
    float root = __builtin_elementwise_sqrt(square[i] * correction);
    parameter[i] = parameter[i] * keep - scaled * mean[i] / (root + epsilon);
  }
}
EK_DISPATCH(ek_adam,
            (float *parameter, const float *gradient, float *mean, float *square, size_t count,
             float rate, float beta1, float beta2, float epsilon, float decay, float step1,
             float step2),
            (parameter, gradient, mean, square, count, rate, beta1, beta2, epsilon, decay, step1,
             step2))

EK_BODY void ek_momentum_body(float *parameter, const float *gradient, float *velocity,
                              size_t count, float rate, float momentum, float decay) {
  for (size_t i = 0; i < count; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i] + decay * parameter[i];
    parameter[i] -= rate * velocity[i];
  }
}
EK_DISPATCH(ek_momentum,
            (float *parameter, const float *gradient, float *velocity, size_t count, float rate,
             float momentum, float decay),
            (parameter, gradient, velocity, count, rate, momentum, decay))

EK_BODY void ek_shrink_body(float *parameter, size_t count, float amount) {
  for (size_t i = 0; i < count; i++) {
    float p = parameter[i];
    float size = __builtin_elementwise_abs(p) - amount;
    size = size > 0 ? size : 0;
    parameter[i] = p > 0 ? size : -size;
  }
}
EK_DISPATCH(ek_shrink, (float *parameter, size_t count, float amount), (parameter, count, amount))

EK_BODY void ek_mask_body(float *parameter, const uint8_t *mask, size_t count) {
  for (size_t i = 0; i < count; i++) parameter[i] = mask[i] ? parameter[i] : 0.0f;
}
EK_DISPATCH(ek_mask, (float *parameter, const uint8_t *mask, size_t count),
            (parameter, mask, count))

void ek_count_bins(const uint8_t *bins, const int32_t *rows, const int32_t *class_of,
                   const int32_t *weights, size_t count, size_t classes, int32_t *histogram) {
  if (weights) {
    for (size_t i = 0; i < count; i++)
      histogram[(size_t)bins[rows[i]] * classes + (size_t)class_of[i]] += weights[i];
  } else {
    for (size_t i = 0; i < count; i++)
      histogram[(size_t)bins[rows[i]] * classes + (size_t)class_of[i]] += 1;
  }
}
