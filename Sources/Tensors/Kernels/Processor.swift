import CKernels

/// What of the processor the kernels make use of.
package enum Processor {
  /// Whether kernels run as they are written for AVX2, and not as plain loops.
  package static var usesAVX2: Bool { ek_has_avx2() != 0 }

  /// Whether products and convolutions run as they are written for AVX-512. They give the same bits as
  /// those for AVX2, so that a network comes to the same numbers on a machine without it; setting this
  /// to false has the two compared.
  package static var usesAVX512: Bool {
    get { ek_has_avx512() != 0 }
    set { ek_avoid_avx512(newValue ? 0 : 1) }
  }
}
