// Starts the program again with one thread of OpenBLAS where the environment does not say how many.
//
// OpenBLAS makes its threads, each with a buffer of its own, while it is loaded: before `main`, so a
// program cannot choose their number in any other way. Where memory is limited (`ulimit -v`), it ends
// the process with a signal. Espalier shares products among threads itself and needs none of them.
#if defined(__linux__)

#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "OPENBLAS_NUM_THREADS=";

static void launch(int count, char **arguments, char **environment) {
  (void)count;
  size_t variables = 0;
  for (; environment[variables]; variables++) {
    if (strncmp(environment[variables], name, sizeof name - 1) == 0) return;
  }
  // They stand on the stack: nothing can be allocated yet.
  if (variables > 10000) return;
  char *changed[variables + 2];
  memcpy(changed, environment, variables * sizeof *changed);
  changed[variables] = (char[]){"OPENBLAS_NUM_THREADS=1"};
  changed[variables + 1] = NULL;
  char path[PATH_MAX + 1];
  ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
  if (length <= 0) return;
  path[length] = '\0';
  // Returns where it fails: then the library has its own way.
  execve(path, arguments, changed);
}

// Functions of this section run before those of the libraries.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) =
    launch;

#endif
