import CKernels
import COpenBLAS

/// Where windows stand on pictures of `[height, width, channels]`.
package struct Windows: Hashable, Sendable {
  package var height: Int
  package var width: Int
  package var channels: Int
  package var windowHeight: Int
  package var windowWidth: Int
  package var strideHeight = 1
  package var strideWidth = 1
  package var top = 0
  package var left = 0
  package var outputHeight: Int
  package var outputWidth: Int

  package init(
    picture: (height: Int, width: Int, channels: Int), window: (height: Int, width: Int),
    stride: (height: Int, width: Int), top: Int, left: Int, output: (height: Int, width: Int)
  ) {
    (height, width, channels) = picture
    (windowHeight, windowWidth) = window
    (strideHeight, strideWidth) = stride
    (self.top, self.left) = (top, left)
    (outputHeight, outputWidth) = output
  }

  var pixels: Int { outputHeight * outputWidth }
  var inputCount: Int { height * width * channels }
  var taps: Int { windowHeight * windowWidth }

  var c: ek_windows {
    ek_windows(
      height: height, width: width, channels: channels, window_height: windowHeight,
      window_width: windowWidth, stride_height: strideHeight, stride_width: strideWidth, top: top,
      left: left, output_height: outputHeight, output_width: outputWidth)
  }
}

/// Convolution and pooling over `[rows, height, width, channels]`.
///
/// Rows are cut into two pieces, each with its own sums: results do not depend on the threads.
package enum WindowKernel {
  private static let pieces = 2
  /// Pixels that are gathered before they are multiplied: a product large enough for the library,
  /// columns small enough for the cache.
  private static let gathered = 512

  /// `output[row, pixel, unit]`, the window's product with `weights[tap, channel, unit]`.
  ///
  /// `groups`: channels and units are cut into so many groups that do not see each other.
  package static func convolve(
    _ input: Tensor, _ weights: Tensor, _ windows: Windows, units: Int, groups: Int
  ) -> Tensor {
    let rows = input.rows
    let shape: Shape = [rows, windows.outputHeight, windows.outputWidth, units]
    return Tensor(uninitialized: shape) { output in
      input.elements.withUnsafeBufferPointer { input in
        weights.elements.withUnsafeBufferPointer { weights in
          guard let input = input.baseAddress, let weights = weights.baseAddress,
            let output = output.baseAddress
          else { return }
          nonisolated(unsafe) let (from, weight, to) = (input, weights, output)
          let cuts = Workers.ranges(of: rows, pieces: pieces)
          if groups == windows.channels, units == groups {
            Workers.run(cuts.count) { piece in
              var w = windows.c
              for row in cuts[piece] {
                ek_depthwise(
                  from + row * windows.inputCount, weight, &w, to + row * windows.pixels * units)
              }
            }
            return
          }
          let (own, made) = (windows.channels / groups, units / groups)
          Workers.run(cuts.count) { piece in
            eachChunk(of: cuts[piece], windows, own: own) { chunk, columns in
              for group in 0..<groups {
                gather(from, chunk, windows, group * own, own, columns)
                cblas_sgemm(
                  CblasRowMajor, CblasNoTrans, CblasNoTrans,
                  blasint(chunk.count * windows.pixels), blasint(made),
                  blasint(windows.taps * own), 1, columns, blasint(windows.taps * own),
                  weight + group * made, blasint(units), 0,
                  to + chunk.lowerBound * windows.pixels * units + group * made, blasint(units))
              }
            }
          }
        }
      }
    }
  }

  /// The gradients of `convolve` with respect to its weights and, where asked for, its input.
  package static func convolveBackward(
    _ above: Tensor, _ input: Tensor, _ weights: Tensor, _ windows: Windows, units: Int,
    groups: Int, needsInput: Bool
  ) -> (input: Tensor?, weights: Tensor) {
    let cuts = Workers.ranges(of: input.rows, pieces: pieces)
    var sums = [Float](repeating: 0, count: weights.count * cuts.count)
    var below = needsInput ? Tensor(shape: input.shape) : nil
    let (own, made) = (windows.channels / groups, units / groups)
    let isDepthwise = groups == windows.channels && units == groups
    input.elements.withUnsafeBufferPointer { input in
      above.elements.withUnsafeBufferPointer { above in
        weights.elements.withUnsafeBufferPointer { weights in
          sums.withUnsafeMutableBufferPointer { sums in
            withOptional(&below) { below in
              guard let input = input.baseAddress, let above = above.baseAddress,
                let weights = weights.baseAddress, let sums = sums.baseAddress
              else { return }
              nonisolated(unsafe) let (x, gradient, weight) = (input, above, weights)
              nonisolated(unsafe) let (sum, target) = (sums, below)
              let count = windows.taps * own * units
              Workers.run(cuts.count) { piece in
                let total = sum + piece * count
                if isDepthwise {
                  var w = windows.c
                  for row in cuts[piece] {
                    ek_depthwise_backward(
                      x + row * windows.inputCount, weight, gradient + row * windows.pixels * units,
                      &w, target.map { $0 + row * windows.inputCount }, total)
                  }
                  return
                }
                eachChunk(of: cuts[piece], windows, own: own) { chunk, columns in
                  let pixels = blasint(chunk.count * windows.pixels)
                  let inner = blasint(windows.taps * own)
                  for group in 0..<groups {
                    let part =
                      gradient + chunk.lowerBound * windows.pixels * units + group * made
                    gather(x, chunk, windows, group * own, own, columns)
                    cblas_sgemm(
                      CblasRowMajor, CblasTrans, CblasNoTrans, inner, blasint(made), pixels, 1,
                      columns, inner, part, blasint(units), 1, total + group * made,
                      blasint(units))
                    guard let target else { continue }
                    cblas_sgemm(
                      CblasRowMajor, CblasNoTrans, CblasTrans, pixels, inner, blasint(made), 1,
                      part, blasint(units), weight + group * made, blasint(units), 0, columns,
                      inner)
                    var w = windows.c
                    for (index, row) in chunk.enumerated() {
                      ek_scatter_windows(
                        columns + index * windows.pixels * windows.taps * own, &w, group * own,
                        own, target + row * windows.inputCount)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    var total = Array(sums[0..<weights.count])
    for piece in cuts.indices.dropFirst() {
      for index in total.indices { total[index] += sums[piece * weights.count + index] }
    }
    return (below, Tensor(total, shape: weights.shape))
  }

  private static func gather(
    _ input: UnsafePointer<Float>, _ chunk: Range<Int>, _ windows: Windows, _ first: Int,
    _ channels: Int, _ columns: UnsafeMutablePointer<Float>
  ) {
    var w = windows.c
    for (index, row) in chunk.enumerated() {
      ek_gather_windows(
        input + row * windows.inputCount, &w, first, channels,
        columns + index * windows.pixels * windows.taps * channels)
    }
  }

  /// Calls `body` with a few rows at a time and room for what their windows gather.
  private static func eachChunk(
    of rows: Range<Int>, _ windows: Windows, own: Int,
    _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let size = max(1, gathered / max(windows.pixels, 1))
    let columns = UnsafeMutablePointer<Float>.allocate(
      capacity: max(1, size * windows.pixels * windows.taps * own))
    defer { columns.deallocate() }
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
      body(start..<min(start + size, rows.upperBound), columns)
    }
  }

  private static func withOptional(
    _ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Float>?) -> Void
  ) {
    guard tensor != nil else { return body(nil) }
    tensor?.elements.withUnsafeMutableBufferPointer { body($0.baseAddress) }
  }

  // MARK: Pooling

  /// What of the numbers under a window goes on.
  package enum Pooling: Sendable {
    case largest
    case mean(countingPadding: Bool)
  }

  /// `[rows, outputHeight, outputWidth, channels]`
  package static func pool(_ input: Tensor, _ windows: Windows, _ pooling: Pooling) -> Tensor {
    let rows = input.rows
    let shape: Shape = [rows, windows.outputHeight, windows.outputWidth, windows.channels]
    return Tensor(uninitialized: shape) { output in
      input.elements.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        nonisolated(unsafe) let (from, to) = (input, output)
        let cuts = Workers.ranges(of: rows, pieces: pieces)
        Workers.run(cuts.count) { piece in
          var w = windows.c
          for row in cuts[piece] {
            let (x, y) = (
              from + row * windows.inputCount, to + row * windows.pixels * windows.channels
            )
            switch pooling {
            case .largest: ek_largest_of_windows(x, &w, y)
            case .mean(let padding): ek_mean_of_windows(x, &w, padding ? 1 : 0, y)
            }
          }
        }
      }
    }
  }

  /// The gradient of `pool` with respect to its input.
  package static func poolBackward(
    _ above: Tensor, _ input: Tensor, _ output: Tensor, _ windows: Windows, _ pooling: Pooling
  ) -> Tensor {
    var below = Tensor(shape: input.shape)
    let rows = input.rows
    input.elements.withUnsafeBufferPointer { input in
      output.elements.withUnsafeBufferPointer { output in
        above.elements.withUnsafeBufferPointer { above in
          below.elements.withUnsafeMutableBufferPointer { below in
            guard let input = input.baseAddress, let output = output.baseAddress,
              let above = above.baseAddress, let below = below.baseAddress
            else { return }
            nonisolated(unsafe) let (x, y, gradient, target) = (input, output, above, below)
            let cuts = Workers.ranges(of: rows, pieces: pieces)
            Workers.run(cuts.count) { piece in
              var w = windows.c
              var taken = [UInt8](repeating: 0, count: windows.channels)
              let step = windows.pixels * windows.channels
              for row in cuts[piece] {
                switch pooling {
                case .largest:
                  ek_largest_of_windows_backward(
                    x + row * windows.inputCount, y + row * step, gradient + row * step, &w,
                    target + row * windows.inputCount, &taken)
                case .mean(let padding):
                  ek_mean_of_windows_backward(
                    gradient + row * step, &w, padding ? 1 : 0, target + row * windows.inputCount)
                }
              }
            }
          }
        }
      }
    }
    return below
  }
}
