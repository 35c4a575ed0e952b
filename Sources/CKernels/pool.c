#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels.h"

// One thread pool per process. A job is a task, its context and a counter of unclaimed indices.
// Worker threads (helpers) spin for some microseconds after a job, because the next job usually
// follows immediately, and then block on a condition variable; longer spinning would slow down
// other work on the same core.
//
// A helper registers with a job through the atomic `gate`; the job is complete when the gate is
// closed and all registered helpers have left. The caller does not wait for helpers that have not
// registered, for example because their core is busy.
//
// There is one helper per further core. Extra helpers exist only after `ek_start_threads`; they do
// not spin and are woken only for jobs that use them, so they cost other jobs nothing.

enum { most_by_default = 63, most_helpers = 1023, spins = 20000 };

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t wake, wake_extra;
  // The job number in the upper 32 bits; below it the open flag and the number of registered
  // helpers.
  _Atomic(uint64_t) gate;
  _Atomic(size_t) next;
  size_t count;
  size_t active_helpers;
  ek_task task;
  void *context;
  // All helpers, and those that are not extra.
  size_t helpers, by_default;
} pool_t;

#define GATE_OPEN ((uint64_t)1 << 31)
#define GATE_INSIDE (GATE_OPEN - 1)
#define GATE_JOB(gate) ((gate) >> 32)

static pool_t pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
                      .wake = PTHREAD_COND_INITIALIZER,
                      .wake_extra = PTHREAD_COND_INITIALIZER};
static pthread_mutex_t pool_user = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;
static _Thread_local int inside_task = 0;

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void work(void) {
  inside_task = 1;
  for (;;) {
    size_t index = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed);
    if (index >= pool.count) break;
    pool.task(pool.context, index);
  }
  inside_task = 0;
}

static uint64_t current_job(void) {
  return GATE_JOB(atomic_load_explicit(&pool.gate, memory_order_acquire));
}

// Registers with a job unless its gate is closed or belongs to another job.
static int enter(uint64_t job) {
  uint64_t gate = atomic_load_explicit(&pool.gate, memory_order_acquire);
  while (GATE_JOB(gate) == job && (gate & GATE_OPEN))
    if (atomic_compare_exchange_weak_explicit(&pool.gate, &gate, gate + 1, memory_order_acq_rel,
                                              memory_order_acquire))
      return 1;
  return 0;
}

static void serve(size_t number, int most_tries, pthread_cond_t *wake) {
  uint64_t seen = 0;
  for (;;) {
    int tries = 0;
    while (current_job() == seen && tries < most_tries) {
      pause_briefly();
      tries++;
    }
    if (current_job() == seen) {
      pthread_mutex_lock(&pool.lock);
      while (current_job() == seen) pthread_cond_wait(wake, &pool.lock);
      pthread_mutex_unlock(&pool.lock);
    }
    seen = current_job();
    if (!enter(seen)) continue;
    if (number < pool.active_helpers) work();
    atomic_fetch_sub_explicit(&pool.gate, 1, memory_order_release);
  }
}

static void *help(void *argument) {
  serve((size_t)argument, spins, &pool.wake);
  return NULL;
}

static void *help_extra(void *argument) {
  serve((size_t)argument, 0, &pool.wake_extra);
  return NULL;
}

// Starts helpers until there are `wanted`, or the system refuses one.
static void start_helpers(size_t wanted, void *(*body)(void *)) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  // The default stack of a thread reserves 8 MB of address space.
  if (ek_is_limited()) pthread_attr_setstacksize(&attributes, (size_t)1 << 20);
  while (pool.helpers < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, body, (void *)pool.helpers) != 0) break;
    pthread_detach(thread);
    pool.helpers++;
  }
  pthread_attr_destroy(&attributes);
}

static void start_pool(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t wanted = cores > 1 ? (size_t)(cores - 1) : 0;
  start_helpers(wanted < most_by_default ? wanted : most_by_default, help);
  pool.by_default = pool.helpers;
}

size_t ek_thread_limit(void) {
  pthread_once(&pool_once, start_pool);
  return pool.by_default + 1;
}

void ek_start_threads(size_t threads) {
  pthread_once(&pool_once, start_pool);
  pthread_mutex_lock(&pool_user);
  size_t wanted = threads > 0 ? threads - 1 : 0;
  start_helpers(wanted < most_helpers ? wanted : most_helpers, help_extra);
  pthread_mutex_unlock(&pool_user);
}

static void run_alone(size_t count, ek_task task, void *context) {
  for (size_t i = 0; i < count; i++) task(context, i);
}

void ek_run(size_t count, size_t threads, ek_task task, void *context) {
  if (count < 2 || threads < 2 || inside_task) {
    run_alone(count, task, context);
    return;
  }
  pthread_once(&pool_once, start_pool);
  if (pthread_mutex_trylock(&pool_user) != 0) {
    run_alone(count, task, context);
    return;
  }
  if (pool.helpers == 0) {
    pthread_mutex_unlock(&pool_user);
    run_alone(count, task, context);
    return;
  }
  pool.task = task;
  pool.context = context;
  pool.count = count;
  pool.active_helpers = threads - 1 < pool.helpers ? threads - 1 : pool.helpers;
  atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
  uint64_t job = (current_job() + 1) & UINT32_MAX;
  pthread_mutex_lock(&pool.lock);
  atomic_store_explicit(&pool.gate, job << 32 | GATE_OPEN, memory_order_release);
  pthread_cond_broadcast(&pool.wake);
  if (pool.active_helpers > pool.by_default) pthread_cond_broadcast(&pool.wake_extra);
  pthread_mutex_unlock(&pool.lock);
  work();
  atomic_fetch_and_explicit(&pool.gate, ~GATE_OPEN, memory_order_acq_rel);
  while (atomic_load_explicit(&pool.gate, memory_order_acquire) & GATE_INSIDE) pause_briefly();
  pthread_mutex_unlock(&pool_user);
}
