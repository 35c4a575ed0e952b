import CKernels

/// Convolution over `[rows, height, width, channels]` with weights `[height, width, channels,
/// outputChannels]`.
///
/// The batch is split into two pieces with separate partial sums, so results do not depend on the
/// number of threads.
extension WindowKernel {
  /// The forward convolution: `output[row, pixel, unit]`.
  ///
  /// `groups`: groups of a grouped convolution.
  package static func convolve(
    _ input: Tensor, _ weights: Tensor, bias: Tensor? = nil, _ windows: Windows,
    outputChannels: Int,
    groups: Int
  ) -> Tensor {
    guard groups == 1 else {
      let output =
        isDepthwise(windows, outputChannels, groups)
        ? depthwise(input, weights, windows)
        : grouped(input, weights, windows, outputChannels, groups)
      guard let bias else { return output }
      var flat = output.reshaped(to: [output.count / outputChannels, outputChannels])
      flat.addBias(bias)
      return flat.reshaped(to: output.shape)
    }
    let panels = weights.elements.withUnsafeBufferPointer { weights in
      weights.baseAddress.map {
        Panels(of: $0, rows: weights.count / outputChannels, columns: outputChannels)
      }
    }
    let shape: Shape = [input.rows, windows.outputHeight, windows.outputWidth, outputChannels]
    return Tensor(uninitialized: shape) { output in
      withPointers(input.elements, panels?.numbers ?? [], bias?.elements ?? []) {
        x, panels, added in
        guard let y = output.baseAddress else { return }
        eachRow(of: shape[0], windows, workspace: ek_convolve_room) { row, w, workspace, _ in
          ek_convolve(
            x + row * windows.inputCount, w, panels, bias == nil ? nil : added, outputChannels,
            y + row * windows.pixels * outputChannels, workspace)
        }
      }
    }
  }

  /// The gradient of `convolve` with respect to its input.
  package static func convolveToInput(
    _ above: Tensor, _ input: Tensor, _ weights: Tensor, _ windows: Windows, outputChannels: Int,
    groups: Int
  ) -> Tensor {
    guard groups > 1 else {
      return convolveToInput(
        above, of: input.shape, weights, windows, outputChannels: outputChannels)
    }
    let (below, _) = convolveBackward(
      above, input, weights, windows, outputChannels: outputChannels, groups: groups,
      needsInput: true)
    return below ?? Tensor(shape: input.shape)
  }

  /// The gradients of `convolve` with respect to its weights and, if `needsInput`, its input.
  package static func convolveBackward(
    _ above: Tensor, _ input: Tensor, _ weights: Tensor, _ windows: Windows, outputChannels: Int,
    groups: Int, needsInput: Bool
  ) -> (input: Tensor?, weights: Tensor) {
    if isDepthwise(windows, outputChannels, groups) {
      return depthwiseBackward(above, input, weights, windows, needsInput: needsInput)
    }
    if groups > 1 {
      return groupedBackward(above, input, weights, windows, outputChannels, groups, needsInput)
    }
    let gradient = sumOverPieces(like: weights) { sums in
      withPointers(input.elements, above.elements, []) { x, above, _ in
        eachRow(
          of: input.rows, windows, workspace: { ek_convolve_weights_room($0, outputChannels) }
        ) { row, w, workspace, piece in
          ek_convolve_weights(
            x + row * windows.inputCount, above + row * windows.pixels * outputChannels, w,
            outputChannels,
            sums + piece * weights.count, workspace)
        }
      }
    }
    guard needsInput else { return (nil, gradient) }
    return (
      convolveToInput(above, of: input.shape, weights, windows, outputChannels: outputChannels),
      gradient
    )
  }

  /// The gradient of `convolve` with respect to its input, for one group.
  private static func convolveToInput(
    _ above: Tensor, of shape: Shape, _ weights: Tensor, _ windows: Windows, outputChannels: Int
  ) -> Tensor {
    Tensor(uninitialized: shape) { below in
      withPointers(above.elements, belowPanels(weights, windows, outputChannels), []) {
        above, panels, _ in
        guard let below = below.baseAddress else { return }
        eachRow(
          of: shape[0], windows, workspace: { ek_convolve_below_room($0, outputChannels) }
        ) { row, w, workspace, _ in
          ek_convolve_below(
            above + row * windows.pixels * outputChannels, w, panels, outputChannels,
            below + row * windows.inputCount, workspace)
        }
      }
    }
  }

  // MARK: Grouped convolution

  private static func isDepthwise(_ windows: Windows, _ outputChannels: Int, _ groups: Int) -> Bool
  {
    groups > 1 && groups == windows.channels && outputChannels == groups
  }

  private static func depthwise(_ input: Tensor, _ weights: Tensor, _ windows: Windows) -> Tensor {
    let (shape, step) = (
      Shape([input.rows, windows.outputHeight, windows.outputWidth, windows.channels]),
      windows.pixels * windows.channels
    )
    return Tensor(uninitialized: shape) { output in
      withPointers(input.elements, weights.elements, []) { x, weights, _ in
        guard let y = output.baseAddress else { return }
        eachRow(of: shape[0], windows, workspace: { _ in 0 }) { row, w, _, _ in
          ek_depthwise(x + row * windows.inputCount, weights, w, y + row * step)
        }
      }
    }
  }

  private static func depthwiseBackward(
    _ above: Tensor, _ input: Tensor, _ weights: Tensor, _ windows: Windows, needsInput: Bool
  ) -> (input: Tensor?, weights: Tensor) {
    var below = Tensor(shape: needsInput ? input.shape : [0])
    let (step, count) = (windows.pixels * windows.channels, weights.count)
    let gradient = sumOverPieces(like: weights) { sums in
      below.elements.withUnsafeMutableBufferPointer { below in
        withPointers(input.elements, above.elements, weights.elements) { x, above, weights in
          eachRow(of: input.rows, windows, workspace: { _ in 0 }) { row, w, _, piece in
            ek_depthwise_backward(
              x + row * windows.inputCount, weights, above + row * step, w,
              needsInput ? below.baseAddress.map { $0 + row * windows.inputCount } : nil,
              sums + piece * count)
          }
        }
      }
    }
    return (needsInput ? below : nil, gradient)
  }

  /// Grouped convolution: one convolution per group.
  private static func grouped(
    _ input: Tensor, _ weights: Tensor, _ windows: Windows, _ outputChannels: Int, _ groups: Int
  ) -> Tensor {
    var own = windows
    own.channels /= groups
    let parts = zip(input.cut(into: groups), weights.cut(into: groups))
    return Tensor(
      concatenating: parts.map {
        convolve($0, $1, own, outputChannels: outputChannels / groups, groups: 1)
      })
  }

  private static func groupedBackward(
    _ above: Tensor, _ input: Tensor, _ weights: Tensor, _ windows: Windows, _ outputChannels: Int,
    _ groups: Int, _ needsInput: Bool
  ) -> (input: Tensor?, weights: Tensor) {
    var own = windows
    own.channels /= groups
    let (gradients, inputs) = (above.cut(into: groups), input.cut(into: groups))
    let parts = weights.cut(into: groups).enumerated().map { group, weights in
      convolveBackward(
        gradients[group], inputs[group], weights, own, outputChannels: outputChannels / groups,
        groups: 1,
        needsInput: needsInput)
    }
    return (
      needsInput ? Tensor(concatenating: parts.compactMap(\.input)) : nil,
      Tensor(concatenating: parts.map(\.weights))
    )
  }

  // MARK: Parallelisation

  /// Calls `body` for every row, with one workspace per piece.
  private static func eachRow(
    of rows: Int, _ windows: Windows, workspace: (UnsafePointer<ek_windows>) -> Int,
    _ body: (
      _ row: Int, _ windows: UnsafePointer<ek_windows>, _ workspace: UnsafeMutablePointer<Float>,
      _ piece: Int
    ) -> Void
  ) {
    let cuts = Workers.ranges(of: rows, pieces: pieces)
    withUnsafePointer(to: windows.c) { windows in
      let size = max(1, workspace(windows))
      Workers.run(cuts.count) { piece in
        let own = UnsafeMutablePointer<Float>.allocate(capacity: size)
        defer { own.deallocate() }
        for row in cuts[piece] { body(row, windows, own, piece) }
      }
    }
  }

  /// The sum of the pieces' gradients: `body` accumulates into zeros, `weights.count` elements per
  /// piece.
  private static func sumOverPieces(
    like weights: Tensor, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    var sums = [Float](repeating: 0, count: weights.count * pieces)
    sums.withUnsafeMutableBufferPointer { sums in
      if let sums = sums.baseAddress { body(sums) }
    }
    var total = Tensor(Array(sums[0..<weights.count]), shape: weights.shape)
    for piece in 1..<pieces {
      let range = piece * weights.count..<(piece + 1) * weights.count
      total.add(Tensor(Array(sums[range]), shape: weights.shape))
    }
    return total
  }

  private static func belowPanels(
    _ weights: Tensor, _ windows: Windows, _ outputChannels: Int
  ) -> [Float] {
    withUnsafePointer(to: windows.c) { windows in
      weights.elements.withUnsafeBufferPointer { weights in
        let count = ek_pack_below(weights.baseAddress, windows, outputChannels, nil)
        return [Float](unsafeUninitializedCapacity: count) { panels, initialized in
          initialized = ek_pack_below(
            weights.baseAddress, windows, outputChannels, panels.baseAddress)
        }
      }
    }
  }

  private static func withPointers(
    _ first: [Float], _ second: [Float], _ third: [Float],
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        third.withUnsafeBufferPointer { third in
          guard let first = first.baseAddress, let second = second.baseAddress,
            let third = third.baseAddress
          else { return }
          body(first, second, third)
        }
      }
    }
  }
}
