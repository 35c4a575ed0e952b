import CKernels

/// Reductions over all dimensions but the last, and per-channel affine functions.
extension Tensor {
  /// The number of partial sums over the pixels: fixed, because it determines the bits of a sum.
  private static let partialSums = 2
  /// Up to this number of channels a partial sum is cut into blocks of pixels, above it into blocks
  /// of channels.
  private static let fewChannels = 64
  /// The channels of a block, as the kernels take them.
  private static let channelBlock = 16
  /// The weight of an element among multiply-accumulates, because these functions wait for memory.
  private static let elementOperations = 8

  private var channels: Int { shape.dimensions.last ?? 1 }
  private var pixels: Int { count / Swift.max(channels, 1) }

  /// The mean and the variance of each channel over all rows and pixels.
  package var channelMoments: (means: [Float], variances: [Float]) {
    let count = Double(Swift.max(pixels, 1))
    // Differences from the first pixel avoid cancellation if a mean is far from zero.
    let pivots = Array(elements.prefix(channels))
    let sums = channelSums { x, rows, own, sums in
      pivots.withUnsafeBufferPointer {
        guard let pivots = $0.baseAddress else { return }
        ek_channel_moments(
          x, pivots + own.lowerBound, rows, channels, own.count, sums, sums + channels)
      }
    }
    let shifts = sums.sums.map { $0 / count }
    return (
      zip(pivots, shifts).map { Float(Double($0) + $1) },
      zip(sums.products, shifts).map { Float(Swift.max($0 / count - $1 * $1, 0)) }
    )
  }

  /// Per channel, the sum of a gradient and of its product with `self - means`.
  package func channelProducts(
    with gradient: Tensor, around means: [Float]
  ) -> (sums: [Double], products: [Double]) {
    gradient.elements.withUnsafeBufferPointer { gradient in
      nonisolated(unsafe) let above = gradient.baseAddress
      return elements.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let start = values.baseAddress
        return channelSums { x, rows, own, sums in
          means.withUnsafeBufferPointer {
            guard let above, let start, let means = $0.baseAddress else { return }
            ek_channel_products(
              above + (x - start), x, means + own.lowerBound, rows, channels, own.count, sums,
              sums + channels)
          }
        }
      }
    }
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
                let cuts = Workers.ranges(
                  of: pixels, operations: pixels * channels * Self.elementOperations)
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

  /// Two sums over the pixels per channel: partial sums of two halves of the pixels, added in
  /// order.
  ///
  /// `body` adds to `sums` and `sums + channels` for `rows` pixels and a range of channels, of which
  /// `x` and `sums` are the first. The kernels sum blocks of pixels and add these in order; each
  /// block of few channels is a piece of its own here, so that no element depends on the pieces.
  private func channelSums(
    _ body: (
      _ x: UnsafePointer<Float>, _ rows: Int, _ own: Range<Int>,
      _ sums: UnsafeMutablePointer<Double>
    ) -> Void
  ) -> (sums: [Double], products: [Double]) {
    let (channels, operations) = (channels, count * Self.elementOperations)
    let halves = Workers.ranges(of: pixels, pieces: Self.partialSums)
    let isNarrow = channels <= Self.fewChannels
    let height = isNarrow ? ek_channel_rows(Swift.max(channels, 1)) : Swift.max(pixels, 1)
    let blocks = halves.map { half in
      stride(from: half.lowerBound, to: half.upperBound, by: height).map {
        $0..<Swift.min($0 + height, half.upperBound)
      }
    }
    let rows = Array(blocks.joined())
    let cuts = Workers.ranges(
      of: rows.count, pieces: isNarrow ? Workers.pieces(operations: operations) : rows.count)
    let columns = Workers.ranges(
      of: (channels + Self.channelBlock - 1) / Self.channelBlock,
      pieces: isNarrow ? 1 : Workers.shares(of: rows.count, operations: operations)
    ).map {
      $0.lowerBound * Self.channelBlock..<Swift.min($0.upperBound * Self.channelBlock, channels)
    }
    var sums = [Double](repeating: 0, count: rows.count * 2 * channels)
    elements.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        guard let values = values.baseAddress, let sums = sums.baseAddress else { return }
        nonisolated(unsafe) let (x, partial) = (values, sums)
        withoutActuallyEscaping(body) { body in
          nonisolated(unsafe) let body = body
          Workers.run(cuts.count * columns.count) { index in
            let (cut, column) = index.quotientAndRemainder(dividingBy: columns.count)
            let own = columns[column]
            for block in cuts[cut] {
              body(
                x + rows[block].lowerBound * channels + own.lowerBound, rows[block].count, own,
                partial + block * 2 * channels + own.lowerBound)
            }
          }
        }
      }
    }
    // Each half first, then both.
    var total = [Double](repeating: 0, count: 2 * channels)
    var block = 0
    for half in blocks {
      var own = [Double](repeating: 0, count: 2 * channels)
      for _ in half {
        for index in own.indices { own[index] += sums[block * own.count + index] }
        block += 1
      }
      for index in own.indices { total[index] += own[index] }
    }
    return (sums: Array(total.prefix(channels)), products: Array(total.suffix(channels)))
  }
}
