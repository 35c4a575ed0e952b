#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>
// The library's globals, as functions: Swift refuses shared mutable state.
static inline Agdesc_t gvx_directed(void) { return Agdirected; }
