#include <zlib.h>
static inline int cz_inflate_init_gzip(z_stream *stream) {
  return inflateInit2(stream, 15 + 32);
}
