import CKernels

/// The geometry of a convolution or pooling over images of `[height, width, channels]`.
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
    image: (height: Int, width: Int, channels: Int), window: (height: Int, width: Int),
    stride: (height: Int, width: Int), top: Int, left: Int, output: (height: Int, width: Int)
  ) {
    (height, width, channels) = image
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
/// The batch is split into pieces by the size of the work, so results do not depend on the number
/// of threads.
package enum WindowKernel {
  // MARK: Pooling

  /// The ranges of rows that are pooled at once.
  private static func pieces(of rows: Int, _ windows: Windows) -> [Range<Int>] {
    Workers.ranges(
      of: rows, operations: rows * windows.pixels * windows.taps * windows.channels)
  }

  /// The reduction over a window.
  package enum Pooling: Sendable {
    case largest
    case mean(countingPadding: Bool)
  }

  /// The pooled images, `[rows, outputHeight, outputWidth, channels]`.
  package static func pool(_ input: Tensor, _ windows: Windows, _ pooling: Pooling) -> Tensor {
    let rows = input.rows
    let shape: Shape = [rows, windows.outputHeight, windows.outputWidth, windows.channels]
    return Tensor(uninitialized: shape) { output in
      input.elements.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        nonisolated(unsafe) let (from, to) = (input, output)
        let cuts = pieces(of: rows, windows)
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
            let cuts = pieces(of: rows, windows)
            Workers.run(cuts.count) { piece in
              var w = windows.c
              var open = [UInt32](repeating: 0, count: windows.channels)
              let step = windows.pixels * windows.channels
              for row in cuts[piece] {
                switch pooling {
                case .largest:
                  ek_largest_of_windows_backward(
                    x + row * windows.inputCount, y + row * step, gradient + row * step, &w,
                    target + row * windows.inputCount, &open)
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
