import CKernels

/// The element-wise functions that the C kernels know.
package enum ActivationKernel: Int32, Sendable {
  case relu = 0
  case leakyReLU = 1
  case elu = 2
  case sigmoid = 3
  case tanh = 4
}

extension Tensor {
  /// Elements in one piece of work: fixed, so that pieces do not depend on the threads.
  private static let piece = 1 << 15

  /// The function of each element.
  package func activated(_ function: ActivationKernel, slope: Float) -> Tensor {
    let count = count
    return Tensor(uninitialized: shape) { output in
      elements.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        nonisolated(unsafe) let (from, to) = (input, output)
        let cuts = Workers.ranges(of: count, pieces: (count + Self.piece - 1) / Self.piece)
        Workers.run(cuts.count) { index in
          let range = cuts[index]
          ek_activate(
            function.rawValue, slope, from + range.lowerBound, to + range.lowerBound, range.count)
        }
      }
    }
  }

  /// The gradient below the function, where `self` is the gradient above it.
  package func activationGradient(
    _ function: ActivationKernel, slope: Float, output: Tensor
  ) -> Tensor {
    let count = count
    return Tensor(uninitialized: shape) { below in
      elements.withUnsafeBufferPointer { above in
        output.elements.withUnsafeBufferPointer { output in
          guard let above = above.baseAddress, let output = output.baseAddress,
            let below = below.baseAddress
          else { return }
          ek_activate_backward(function.rawValue, slope, output, above, below, count)
        }
      }
    }
  }
}
