#ifndef ESPALIER_LIMIT_H
#define ESPALIER_LIMIT_H

/// Operations a second of a loop of nothing but multiplications and additions, in the widest vectors that
/// the processor has, on this thread: the best of some tries. An addition and a multiplication are two.
double measured_limit(void);

#endif
