#include "dispatch.h"

// Sums of gains in bins of base[row] + f * one[row] + g * two[row].
EK_BODY void ek_cut_bins_body(const float *base, const float *one, float f, const float *two,
                              float g, const float *gains, size_t rows, float low, float scale,
                              size_t bins, float *sums) {
  enum { GROUP = 256 };
  int32_t places[GROUP];
  float top = (float)(bins - 1);
  for (size_t start = 0; start < rows; start += GROUP) {
    size_t count = rows - start < GROUP ? rows - start : GROUP;
    for (size_t i = 0; i < count; i++) {
      float place = (base[start + i] + f * one[start + i] + g * two[start + i] - low) * scale;
      place = place > 0.0f ? place : 0.0f;
      place = place < top ? place : top;
      places[i] = (int32_t)place;
    }
    for (size_t i = 0; i < count; i++) sums[places[i]] += gains[start + i];
  }
}

EK_DISPATCH(ek_cut_bins,
            (const float *base, const float *one, float f, const float *two, float g,
             const float *gains, size_t rows, float low, float scale, size_t bins, float *sums),
            (base, one, f, two, g, gains, rows, low, scale, bins, sums))

EK_BODY void ek_count_common_body(const uint64_t *first, const uint64_t *second, size_t words,
                                  int64_t *count) {
  int64_t sum = 0;
  for (size_t i = 0; i < words; i++) sum += __builtin_popcountll(first[i] & second[i]);
  *count = sum;
}

#if EK_X86
__attribute__((target("popcnt"))) static void ek_count_common_fast(const uint64_t *first,
                                                                   const uint64_t *second,
                                                                   size_t words, int64_t *count) {
  ek_count_common_body(first, second, words, count);
}
#endif

int64_t ek_count_common(const uint64_t *first, const uint64_t *second, size_t words) {
  int64_t count = 0;
#if EK_X86
  if (__builtin_cpu_supports("popcnt")) {
    ek_count_common_fast(first, second, words, &count);
    return count;
  }
#endif
  ek_count_common_body(first, second, words, &count);
  return count;
}

EK_BODY void ek_count_pairs_body(const uint64_t *bits, const int32_t *weights, const size_t *starts,
                                 size_t conditions, size_t words, size_t classes,
                                 int32_t *counts) {
  for (size_t i = 0; i < conditions; i++) {
    const uint64_t *one = bits + i * words;
    for (size_t j = i; j < conditions; j++) {
      const uint64_t *other = bits + j * words;
      int32_t *cell = counts + (i * conditions + j) * classes;
      for (size_t c = 0; c < classes; c++) {
        int32_t sum = 0;
        for (size_t w = starts[c]; w < starts[c + 1]; w++)
          sum += (int32_t)__builtin_popcountll(one[w] & other[w]) * weights[w];
        cell[c] = sum;
      }
    }
  }
}

#if EK_X86
__attribute__((target("popcnt"))) static void ek_count_pairs_fast(
    const uint64_t *bits, const int32_t *weights, const size_t *starts, size_t conditions,
    size_t words, size_t classes, int32_t *counts) {
  ek_count_pairs_body(bits, weights, starts, conditions, words, classes, counts);
}
#endif

void ek_count_pairs(const uint64_t *bits, const int32_t *weights, const size_t *starts,
                    size_t conditions, size_t words, size_t classes, int32_t *counts) {
#if EK_X86
  if (__builtin_cpu_supports("popcnt")) {
    ek_count_pairs_fast(bits, weights, starts, conditions, words, classes, counts);
    return;
  }
#endif
  ek_count_pairs_body(bits, weights, starts, conditions, words, classes, counts);
}
