import CKernels

/// The element-wise functions implemented by the C kernels.
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

  /// Whether the gradient is computed from the input, because the function is not invertible.
  package var gradientReadsInput: Bool { rawValue >= ActivationKernel.hardSwish.rawValue }
}

extension Tensor {
  /// Applies the function to each element.
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

  /// Applies the function to each element in place.
  package mutating func activate(_ function: ActivationKernel, slope: Float) {
    let count = count
    elements.withUnsafeMutableBufferPointer { values in
      guard let values = values.baseAddress else { return }
      Workers.runPieces(of: count) {
        ek_activate(function.rawValue, slope, values + $0, values + $0, $1)
      }
    }
  }

  /// The gradient with respect to the input, where `self` is the gradient with respect to the
  /// output.
  package func activationGradient(
    _ function: ActivationKernel, slope: Float, input: Tensor, output: Tensor
  ) -> Tensor {
    let count = count
    // If the kernel does not read the input, the output is passed in its place.
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
