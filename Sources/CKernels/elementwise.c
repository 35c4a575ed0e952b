#include "dispatch.h"

#include <string.h>

// e^x to about 2 ulp: x = n ln 2 + r, then a polynomial of degree 6 in r. No branch, no call, so
// that loops over it vectorise.
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
    default:
      for (size_t i = 0; i < count; i++) y[i] = ek_tanh(x[i]);
  }
}

// Loops over one array and over two that may overlap are different loops to the compiler.
EK_BODY void ek_activate_body(int kind, float slope, const float *x, float *y, size_t count) {
  if (x == y)
    activate(kind, slope, y, y, count);
  else
    activate(kind, slope, x, y, count);
}
EK_DISPATCH(ek_activate, (int kind, float slope, const float *x, float *y, size_t count),
            (kind, slope, x, y, count))

EK_BODY void activate_backward(int kind, float slope, const float *y, const float *gy, float *g,
                               size_t count) {
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
    default:
      for (size_t i = 0; i < count; i++) g[i] = gy[i] * (1.0f - y[i] * y[i]);
  }
}

EK_BODY void ek_activate_backward_body(int kind, float slope, const float *y, const float *gy,
                                       float *g, size_t count) {
  if (gy == g)
    activate_backward(kind, slope, y, g, g, count);
  else
    activate_backward(kind, slope, y, gy, g, count);
}
EK_DISPATCH(ek_activate_backward,
            (int kind, float slope, const float *y, const float *gy, float *g, size_t count),
            (kind, slope, y, gy, g, count))

// A few columns at a time keep their sums in registers.
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
