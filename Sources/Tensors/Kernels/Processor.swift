import CKernels

/// The SIMD instruction sets that the kernels use.
package enum Processor {
  /// Whether the AVX2 kernels are used instead of the portable ones.
  package static var usesAVX2: Bool { ek_has_avx2() != 0 }

  /// Whether the AVX-512 kernels for products and convolutions are used.
  ///
  /// Their results are bit-identical to those of the AVX2 kernels. Tests set this to false to
  /// compare the two.
  package static var usesAVX512: Bool {
    get { ek_has_avx512() != 0 }
    set { ek_avoid_avx512(newValue ? 0 : 1) }
  }
}
