#include "limit.h"

#include <stddef.h>
#include <time.h>

// Twelve sums, so that none waits for itself, and nothing that is read from memory.
enum { sums = 12, rounds = 4000000, tries = 5 };

typedef float vector __attribute__((vector_size(32)));
typedef float wide_vector __attribute__((vector_size(64)));

// What the loops come to is kept, so that they are not left out.
static volatile float kept;

#define LIMIT_LOOP(type)                                         \
  type own[sums], factor = {0}, addend = {0};                    \
  factor += 0.999f;                                              \
  addend += 1e-3f;                                               \
  _Pragma("clang loop unroll(full)") for (size_t i = 0; i < sums; i++) own[i] = addend * (float)i; \
  for (size_t round = 0; round < rounds; round++)                \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < sums; i++) own[i] = own[i] * factor + addend; \
  _Pragma("clang loop unroll(full)") for (size_t i = 1; i < sums; i++) own[0] += own[i]; \
  kept = own[0][0];                                              \
  return sizeof(type) / sizeof(float);

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static size_t wide_loop(void) { LIMIT_LOOP(wide_vector) }
__attribute__((target("avx2,fma"))) static size_t fast_loop(void) { LIMIT_LOOP(vector) }
#endif
static size_t plain_loop(void) { LIMIT_LOOP(vector) }

static size_t loop(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return wide_loop();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return fast_loop();
#endif
  return plain_loop();
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double measured_limit(void) {
  double best = 0;
  for (int i = 0; i < tries; i++) {
    double start = seconds();
    size_t lanes = loop();
    double speed = 2.0 * sums * rounds * (double)lanes / (seconds() - start);
    if (speed > best) best = speed;
  }
  return best;
}
