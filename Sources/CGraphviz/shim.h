#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The library's globals, as functions: Swift refuses shared mutable state.
static inline Agdesc_t gvx_directed(void) { return Agdirected; }

// The library orders subgraphs by their identifiers, which are addresses of strings unless told
// otherwise: the same graph would be laid out differently from one call to the next. Here they are
// counted in the order in which they are read.
typedef struct {
  Agraph_t *graph;
  char **names;
  size_t count;
  IDTYPE anonymous;
} gvx_names;

static inline void *gvx_id_open(Agraph_t *graph, Agdisc_t *disc) {
  (void)disc;
  gvx_names *names = (gvx_names *)calloc(1, sizeof(gvx_names));
  if (names) { names->graph = graph; names->anonymous = 1; }
  return names;
}

static inline long gvx_id_map(void *state, int type, char *name, IDTYPE *id, int create) {
  gvx_names *names = (gvx_names *)state;
  if (!name) {
    *id = names->anonymous;
    names->anonymous += 2;
    return 1;
  }
  if (type != AGRAPH) {
    char *bound = create ? agstrdup(names->graph, name) : agstrbind(names->graph, name);
    *id = (IDTYPE)(uintptr_t)bound;
    return 1;
  }
  for (size_t i = 0; i < names->count; i++) {
    if (strcmp(names->names[i], name) == 0) { *id = 2 * (i + 1); return 1; }
  }
  *id = 0;
  if (!create) return 1;
  char **longer = (char **)realloc(names->names, (names->count + 1) * sizeof(char *));
  if (!longer) return 0;
  names->names = longer;
  names->names[names->count] = strdup(name);
  if (!names->names[names->count]) return 0;
  names->count += 1;
  *id = 2 * names->count;
  return 1;
}

static inline long gvx_id_alloc(void *state, int type, IDTYPE id) {
  (void)state; (void)type; (void)id;
  return 0;
}

static inline void gvx_id_free(void *state, int type, IDTYPE id) {
  if (type != AGRAPH && id % 2 == 0) {
    agstrfree(((gvx_names *)state)->graph, (char *)(uintptr_t)id);
  }
}

static inline char *gvx_id_print(void *state, int type, IDTYPE id) {
  gvx_names *names = (gvx_names *)state;
  if (id == 0 || id % 2 != 0) return NULL;
  if (type != AGRAPH) return (char *)(uintptr_t)id;
  return id / 2 <= names->count ? names->names[id / 2 - 1] : NULL;
}

static inline void gvx_id_close(void *state) {
  gvx_names *names = (gvx_names *)state;
  for (size_t i = 0; i < names->count; i++) free(names->names[i]);
  free(names->names);
  free(names);
}

static inline void gvx_id_register(void *state, int type, void *object) {
  (void)state; (void)type; (void)object;
}

typedef struct { const char *text; size_t length; } gvx_text;

static inline int gvx_read(void *channel, char *buffer, int size) {
  gvx_text *rest = (gvx_text *)channel;
  size_t count = rest->length < (size_t)size ? rest->length : (size_t)size;
  memcpy(buffer, rest->text, count);
  rest->text += count;
  rest->length -= count;
  return (int)count;
}

// Like agmemread, with subgraphs in the order of the text and lines counted from 1. What follows
// the first graph is read too, or it would be found at the start of the next text.
static inline Agraph_t *gvx_parse(const char *text) {
  Agiddisc_t ids = {gvx_id_open,  gvx_id_map,   gvx_id_alloc,   gvx_id_free,
                    gvx_id_print, gvx_id_close, gvx_id_register};
  static Agiddisc_t kept_ids;
  static Agiodisc_t kept_io;
  static Agdisc_t disc;
  kept_ids = ids;
  kept_io = AgIoDisc;
  kept_io.afread = gvx_read;
  disc.mem = &AgMemDisc;
  disc.id = &kept_ids;
  disc.io = &kept_io;
  gvx_text rest = {text, strlen(text)};
  agreadline(1);
  Agraph_t *graph = agread(&rest, &disc);
  Agraph_t *more;
  while (graph && (more = agread(&rest, &disc))) agclose(more);
  return graph;
}

// An attribute of a graph, node or edge, and its change; `agget` and `agsafeset` lack `const`.
static inline const char *gvx_get(void *object, const char *name) {
  return agget(object, (char *)name);
}

static inline void gvx_set(void *object, const char *name, const char *value) {
  agsafeset(object, (char *)name, (char *)value, "");
}
