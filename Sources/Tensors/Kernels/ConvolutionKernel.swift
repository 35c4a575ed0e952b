import CKernels

/// Convolution over `[rows, height, width, channels]` with weights `[height, width, channels,
/// outputChannels]`.
///
/// The batch is split into pieces by the size of the work. Only the gradients of the weights are
/// sums over the batch: partial sums of groups of rows, whose number depends on the size only. So
/// results do not depend on the number of threads.
extension WindowKernel {
  /// The forward convolution: `output[row, pixel, unit]`.
  ///
  /// `outputChannels`: output channels.
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
        eachRow(
          of: shape[0], windows, operations: weights.count, workspace: ek_convolve_workspace
        ) { row, w, workspace in
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
    var gradient = Tensor(shape: weights.shape)
    withPointers(input.elements, above.elements, []) { x, above, _ in
      gradient = sumOverRows(
        input.rows, windows, like: weights, blocks: weights.count / outputChannels,
        workspace: { ek_convolve_weights_workspace($0, outputChannels) }
      ) { row, w, workspace, block, sums in
        ek_convolve_weights(
          x + row * windows.inputCount, above + row * windows.pixels * outputChannels, w,
          outputChannels,
          block.lowerBound, block.upperBound, sums, workspace)
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
          of: shape[0], windows, operations: weights.count,
          workspace: { ek_convolve_below_workspace($0, outputChannels) }
        ) { row, w, workspace in
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
        eachRow(
          of: shape[0], windows, operations: windows.taps * windows.channels,
          workspace: { _ in 0 }
        ) { row, w, _ in
          ek_depthwise(x + row * windows.inputCount, weights, w, y + row * step)
        }
      }
    }
  }

  private static func depthwiseBackward(
    _ above: Tensor, _ input: Tensor, _ kernel: Tensor, _ windows: Windows, needsInput: Bool
  ) -> (input: Tensor?, weights: Tensor) {
    var below = Tensor(shape: needsInput ? input.shape : [0])
    var gradient = Tensor(shape: kernel.shape)
    let step = windows.pixels * windows.channels
    below.elements.withUnsafeMutableBufferPointer { below in
      withPointers(input.elements, above.elements, kernel.elements) { x, above, weights in
        nonisolated(unsafe) let below = below.baseAddress
        gradient = sumOverRows(
          input.rows, windows, like: kernel, blocks: windows.channels, workspace: { _ in 0 }
        ) { row, w, _, block, sums in
          ek_depthwise_backward(
            x + row * windows.inputCount, weights, above + row * step, w, block.lowerBound,
            block.upperBound, needsInput ? below.map { $0 + row * windows.inputCount } : nil, sums)
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

  /// Calls `body` for every row, with one workspace per thread.
  ///
  /// `operations`: multiply-accumulates per output pixel.
  private static func eachRow(
    of rows: Int, _ windows: Windows, operations: Int,
    workspace: (UnsafePointer<ek_windows>) -> Int,
    _ body: (
      _ row: Int, _ windows: UnsafePointer<ek_windows>, _ workspace: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    let cuts = Workers.ranges(of: rows, operations: rows * windows.pixels * operations)
    withUnsafePointer(to: windows.c) { windows in
      Workers.run(cuts.count, workspace: workspace(windows)) { piece, workspace in
        for row in cuts[piece] { body(row, windows, workspace) }
      }
    }
  }

  /// Rows per group. The number of groups determines the bits of a gradient: two up to 767 rows,
  /// above that one per 256 rows.
  private static let groupRows = 256
  /// The limits of the number of groups: 64, and 64 MB of partial sums.
  private static let (mostGroups, mostPartialSums) = (64, 1 << 24)

  /// The gradient of the weights, summed over the rows: partial sums of groups of rows, added in
  /// order.
  ///
  /// `body` adds the gradient of one row to `sums`, for one of the ranges of `0..<blocks` that
  /// threads share; the elements of a range do not depend on other ranges.
  private static func sumOverRows(
    _ rows: Int, _ windows: Windows, like weights: Tensor, blocks: Int,
    workspace: (UnsafePointer<ek_windows>) -> Int,
    _ body: (
      _ row: Int, _ windows: UnsafePointer<ek_windows>, _ workspace: UnsafeMutablePointer<Float>,
      _ block: Range<Int>, _ sums: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> Tensor {
    let (count, most) = (weights.count, mostPartialSums / max(weights.count, 1))
    let groups = Workers.ranges(
      of: rows, pieces: max(2, min(rows / groupRows, mostGroups, most)))
    // Eight blocks are a tile of rows or a vector of channels.
    let parts = Workers.ranges(
      of: (blocks + 7) / 8,
      pieces: Workers.shares(of: groups.count, operations: rows * windows.pixels * count)
    ).map { $0.lowerBound * 8..<min($0.upperBound * 8, blocks) }
    var sums = [Float](repeating: 0, count: count * groups.count)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      withUnsafePointer(to: windows.c) { windows in
        Workers.run(groups.count * parts.count, workspace: workspace(windows)) {
          index, workspace in
          let (group, part) = index.quotientAndRemainder(dividingBy: parts.count)
          for row in groups[group] {
            body(row, windows, workspace, parts[part], sums + group * count)
          }
        }
      }
    }
    var total = Tensor(Array(sums.prefix(count)), shape: weights.shape)
    for group in groups.indices.dropFirst() {
      let range = group * count..<(group + 1) * count
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
