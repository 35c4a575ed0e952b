// The functions over a context that is a plain value: they allocate nothing, read no configuration file
// and cannot fail, unlike EVP_Digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>
