import CKernels

/// Reductions over all dimensions but the last, and per-channel affine functions.
extension Tensor {
  /// The number of partial sums: fixed, so that results do not depend on the number of threads.
  private static let channelPieces = 2

  private var channels: Int { shape.dimensions.last ?? 1 }
  private var pixels: Int { count / Swift.max(channels, 1) }

  /// The mean and the variance of each channel over all rows and pixels.
  package var channelMoments: (means: [Float], variances: [Float]) {
    let count = Double(Swift.max(pixels, 1))
    // Differences from the first pixel avoid cancellation if a mean is far from zero.
    let pivots = Array(elements.prefix(channels))
    let sums = channelSums(2) { x, rows, channels, sums in
      pivots.withUnsafeBufferPointer {
        ek_channel_moments(x, $0.baseAddress, rows, channels, sums, sums + channels)
      }
    }
    let shifts = sums[0].map { $0 / count }
    return (
      zip(pivots, shifts).map { Float(Double($0) + $1) },
      zip(sums[1], shifts).map { Float(Swift.max($0 / count - $1 * $1, 0)) }
    )
  }

  /// Per channel, the sum of a gradient and of its product with `self - means`.
  package func channelProducts(
    with gradient: Tensor, around means: [Float]
  ) -> (sums: [Double], products: [Double]) {
    let both = gradient.elements.withUnsafeBufferPointer { gradient in
      nonisolated(unsafe) let above = gradient.baseAddress
      return elements.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let start = values.baseAddress
        return channelSums(2) { x, rows, channels, sums in
          guard let above, let start else { return }
          means.withUnsafeBufferPointer {
            ek_channel_products(
              above + (x - start), x, $0.baseAddress, rows, channels, sums, sums + channels)
          }
        }
      }
    }
    return (both[0], both[1])
  }

  /// `scales[c] · self + shifts[c]`, plus `factors[c] · other` if `other` is given.
  package func scaledByChannel(
    _ scales: [Float], shifts: [Float], adding other: Tensor? = nil, factors: [Float] = []
  ) -> Tensor {
    let (channels, pixels) = (channels, pixels)
    return Tensor(uninitialized: shape) { output in
      elements.withUnsafeBufferPointer { input in
        (other?.elements ?? []).withUnsafeBufferPointer { above in
          scales.withUnsafeBufferPointer { q in
            shifts.withUnsafeBufferPointer { r in
              factors.withUnsafeBufferPointer { p in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                nonisolated(unsafe) let (x, y) = (input, output)
                nonisolated(unsafe) let added = other == nil ? nil : above.baseAddress
                nonisolated(unsafe) let (p, q, r) = (p.baseAddress, q.baseAddress, r.baseAddress)
                let cuts = Workers.ranges(of: pixels, pieces: Self.channelPieces)
                Workers.run(cuts.count) { piece in
                  let start = cuts[piece].lowerBound * channels
                  ek_channel_affine(
                    x + start, added.map { $0 + start }, p, q, r, cuts[piece].count, channels,
                    y + start)
                }
              }
            }
          }
        }
      }
    }
  }

  /// `kinds` sums over the pixels per channel, as partial sums added in order.
  private func channelSums(
    _ kinds: Int,
    _ body: (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [[Double]] {
    let (channels, pixels) = (channels, pixels)
    let cuts = Workers.ranges(of: pixels, pieces: Self.channelPieces)
    var sums = [Double](repeating: 0, count: cuts.count * kinds * channels)
    elements.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        guard let values = values.baseAddress, let sums = sums.baseAddress else { return }
        nonisolated(unsafe) let (x, own) = (values, sums)
        withoutActuallyEscaping(body) { body in
          nonisolated(unsafe) let body = body
          Workers.run(cuts.count) { piece in
            body(
              x + cuts[piece].lowerBound * channels, cuts[piece].count, channels,
              own + piece * kinds * channels)
          }
        }
      }
    }
    return (0..<kinds).map { kind in
      (0..<channels).map { channel in
        cuts.indices.reduce(0) { $0 + sums[($1 * kinds + kind) * channels + channel] }
      }
    }
  }
}
