import CKernels

/// The element-wise functions that the C kernels know.
package enum ActivationKernel: Int32, Sendable {
  case relu = 0
  case leakyReLU = 1
  case elu = 2
  case sigmoid = 3
  case tanh = 4
  case selu = 5
  case softplus = 6
  case softsign = 7
  case thresholdedReLU = 8
  case clippedReLU = 9
  case hardSwish = 10
  case silu = 11
  case gelu = 12
  case geluTanh = 13
  case mish = 14

  /// Whether the gradient is computed from the input: two inputs may have the same output.
  package var gradientReadsInput: Bool { rawValue >= ActivationKernel.hardSwish.rawValue }
}

extension Tensor {
  /// The function of each element.
  package func activated(_ function: ActivationKernel, slope: Float) -> Tensor {
    let count = count
    return Tensor(uninitialized: shape) { output in
      elements.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        Workers.runPieces(of: count) {
          ek_activate(function.rawValue, slope, input + $0, output + $0, $1)
        }
      }
    }
  }

  /// Each element becomes the function of itself.
  package mutating func activate(_ function: ActivationKernel, slope: Float) {
    let count = count
    elements.withUnsafeMutableBufferPointer { values in
      guard let values = values.baseAddress else { return }
      Workers.runPieces(of: count) {
        ek_activate(function.rawValue, slope, values + $0, values + $0, $1)
      }
    }
  }

  /// The gradient below the function, where `self` is the gradient above it.
  package func activationGradient(
    _ function: ActivationKernel, slope: Float, input: Tensor, output: Tensor
  ) -> Tensor {
    let count = count
    // Where the input is not read, the output may stand in for it.
    let read = function.gradientReadsInput ? input : output
    return Tensor(uninitialized: shape) { below in
      elements.withUnsafeBufferPointer { above in
        read.elements.withUnsafeBufferPointer { input in
          output.elements.withUnsafeBufferPointer { output in
            guard let above = above.baseAddress, let output = output.baseAddress,
              let input = input.baseAddress, let below = below.baseAddress
            else { return }
            Workers.runPieces(of: count) {
              ek_activate_backward(
                function.rawValue, slope, input + $0, output + $0, above + $0, below + $0, $1)
            }
          }
        }
      }
    }
  }
}
