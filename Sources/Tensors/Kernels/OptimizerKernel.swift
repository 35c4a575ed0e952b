import CKernels

extension Tensor {
  /// One step of Adam with decoupled weight decay, in place.
  ///
  /// `corrections`: `1 - beta1^t` and `1 - beta2^t` at step t.
  package mutating func adamStep(
    gradient: Tensor, mean: inout Tensor, square: inout Tensor, rate: Float, beta1: Float,
    beta2: Float, epsilon: Float, decay: Float, corrections: (Float, Float)
  ) {
    let count = count
    elements.withUnsafeMutableBufferPointer { parameter in
      gradient.elements.withUnsafeBufferPointer { gradient in
        mean.elements.withUnsafeMutableBufferPointer { mean in
          square.elements.withUnsafeMutableBufferPointer { square in
            guard let parameter = parameter.baseAddress, let gradient = gradient.baseAddress,
              let mean = mean.baseAddress, let square = square.baseAddress
            else { return }
            Workers.runPieces(of: count) {
              ek_adam(
                parameter + $0, gradient + $0, mean + $0, square + $0, $1, rate, beta1, beta2,
                epsilon, decay, corrections.0, corrections.1)
            }
          }
        }
      }
    }
  }

  /// One step of SGD with momentum and weight decay, in place.
  package mutating func momentumStep(
    gradient: Tensor, velocity: inout Tensor, rate: Float, momentum: Float, decay: Float
  ) {
    let count = count
    elements.withUnsafeMutableBufferPointer { parameter in
      gradient.elements.withUnsafeBufferPointer { gradient in
        velocity.elements.withUnsafeMutableBufferPointer { velocity in
          guard let parameter = parameter.baseAddress, let gradient = gradient.baseAddress,
            let velocity = velocity.baseAddress
          else { return }
          Workers.runPieces(of: count) {
            ek_momentum(
              parameter + $0, gradient + $0, velocity + $0, $1, rate, momentum, decay)
          }
        }
      }
    }
  }

  /// Soft-thresholds every element by `amount`, the proximal step of the L1 penalty.
  package mutating func shrink(by amount: Float) {
    let count = count
    elements.withUnsafeMutableBufferPointer { values in
      if let values = values.baseAddress { ek_shrink(values, count, amount) }
    }
  }
}
