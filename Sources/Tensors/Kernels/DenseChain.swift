import CKernels

/// Training of a chain of small dense layers in preallocated memory, bit-identical to the separate
/// layers, loss and optimiser.
///
/// It is single-threaded, because its matrix products are too small to parallelise.
package final class DenseChain {
  /// One dense layer with its optional activation.
  package struct Link {
    package var inputs: Int
    package var units: Int
    package var function: ActivationKernel?
    package var slope: Float

    package init(inputs: Int, units: Int) {
      (self.inputs, self.units, function, slope) = (inputs, units, nil, 0)
    }
  }

  private let links: [Link]
  private let batch: Int
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  /// The offset of each link's parameters: weights, then biases.
  private let starts: [Int]
  /// The gathered inputs, then each link's outputs, `[batch, units]`.
  private let values: [UnsafeMutablePointer<Float>]
  private let above: UnsafeMutablePointer<Float>
  private let below: UnsafeMutablePointer<Float>
  private let panels: UnsafeMutablePointer<Float>

  private var parameters: UnsafeMutablePointer<Float> { memory }
  private var gradients: UnsafeMutablePointer<Float> { memory + count }
  private var means: UnsafeMutablePointer<Float> { memory + 2 * count }
  private var squares: UnsafeMutablePointer<Float> { memory + 3 * count }

  /// Whether all matrix products of the chain are small enough for this kernel, and all gradients
  /// can be computed from the stored outputs.
  package static func suits(_ links: [Link], batch: Int) -> Bool {
    !links.isEmpty
      && links.allSatisfy {
        $0.function?.gradientReadsInput != true
          && MatrixKernel.isSmall(rows: batch, columns: $0.units, inner: $0.inputs)
          && MatrixKernel.isSmall(rows: $0.inputs, columns: $0.units, inner: batch)
      }
  }

  package init(_ links: [Link], batch: Int) {
    self.links = links
    self.batch = batch
    var starts: [Int] = []
    var count = 0
    for link in links {
      starts.append(count)
      count += (link.inputs + 1) * link.units
    }
    let widths = [links[0].inputs] + links.map(\.units)
    let widest = widths.max() ?? 1
    let longest = max(widest, batch)
    let workspace = batch * (widths.reduce(0, +) + 2 * widest) + longest * (widest + 8)
    memory = .allocate(capacity: 4 * count + workspace)
    memory.initialize(repeating: 0, count: 4 * count + workspace)
    var next = memory + 4 * count
    values = widths.map { width in
      defer { next += batch * width }
      return next
    }
    above = next
    below = next + batch * widest
    panels = next + 2 * batch * widest
    (self.count, self.starts) = (count, starts)
  }

  deinit { memory.deallocate() }

  /// The stored values of every parameter: the parameter and its optimiser moments.
  package enum Kept { case parameters, means, squares }

  private func place(_ kept: Kept, _ link: Int, isBias: Bool) -> UnsafeMutablePointer<Float> {
    let base =
      switch kept {
      case .parameters: parameters
      case .means: means
      case .squares: squares
      }
    return base + starts[link] + (isBias ? links[link].inputs * links[link].units : 0)
  }

  package func set(_ kept: Kept, _ link: Int, isBias: Bool, to tensor: Tensor) {
    tensor.elements.withUnsafeBufferPointer {
      if let start = $0.baseAddress {
        place(kept, link, isBias: isBias).update(from: start, count: $0.count)
      }
    }
  }

  package func get(_ kept: Kept, _ link: Int, isBias: Bool, into tensor: inout Tensor) {
    tensor.elements.withUnsafeMutableBufferPointer {
      $0.baseAddress?.update(from: place(kept, link, isBias: isBias), count: $0.count)
    }
  }

  /// The forward pass of at most one batch: `[rows, units]` of the last link.
  package func forward(_ inputs: Tensor, _ rows: ArraySlice<Int>) -> UnsafeMutablePointer<Float> {
    let width = links[0].inputs
    inputs.elements.withUnsafeBufferPointer { inputs in
      guard let inputs = inputs.baseAddress else { return }
      for (position, row) in rows.enumerated() {
        (values[0] + position * width).update(from: inputs + row * width, count: width)
      }
    }
    for (index, link) in links.enumerated() {
      let (weights, output) = (parameters + starts[index], values[index + 1])
      ek_pack(weights, link.units, 1, link.inputs, link.units, panels)
      ek_product(
        values[index], link.inputs, 1, panels, weights + link.inputs * link.units, output,
        rows.count, link.units, link.inputs)
      if let function = link.function {
        ek_activate(function.rawValue, link.slope, output, output, rows.count * link.units)
      }
    }
    return values[links.count]
  }

  /// Softmax of every row of `[rows, width]`, in place.
  package static func softmax(_ values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    ek_softmax(values, values, rows, width)
  }

  /// The backward pass for the rows of the last `forward` call.
  ///
  /// `gradient`: the gradient of the loss with respect to the outputs, `[rows, units]`.
  package func backward(_ gradient: UnsafeMutablePointer<Float>, rows: Int) {
    var (own, next) = (above, below)
    own.update(from: gradient, count: rows * (links.last?.units ?? 0))
    for index in links.indices.reversed() {
      let (link, input) = (links[index], values[index])
      if let function = link.function {
        ek_activate_backward(
          function.rawValue, link.slope, values[index + 1], values[index + 1], own, own,
          rows * link.units)
      }
      let start = gradients + starts[index]
      ek_pack(own, link.units, 1, rows, link.units, panels)
      ek_product(input, 1, link.inputs, panels, nil, start, link.inputs, link.units, rows)
      ek_column_sums(own, start + link.inputs * link.units, rows, link.units)
      guard index > 0 else { break }
      ek_pack(parameters + starts[index], 1, link.units, link.units, link.inputs, panels)
      ek_product(own, link.units, 1, panels, nil, next, rows, link.inputs, link.units)
      swap(&own, &next)
    }
  }

  /// One step of Adam with decoupled weight decay on the weights.
  package func adamStep(
    rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float,
    corrections: (Float, Float)
  ) {
    eachTensor { start, count, isBias in
      ek_adam(
        parameters + start, gradients + start, means + start, squares + start, count, rate, beta1,
        beta2, epsilon, isBias ? 0 : decay, corrections.0, corrections.1)
    }
  }

  /// One step of SGD with momentum and weight decay on the weights.
  package func momentumStep(rate: Float, momentum: Float, decay: Float) {
    eachTensor { start, count, isBias in
      ek_momentum(
        parameters + start, gradients + start, means + start, count, rate, momentum,
        isBias ? 0 : decay)
    }
  }

  /// Soft-thresholds every weight by `amount`, the proximal step of the L1 penalty.
  package func shrinkWeights(by amount: Float) {
    eachTensor { start, count, isBias in
      if !isBias { ek_shrink(parameters + start, count, amount) }
    }
  }

  private func eachTensor(_ body: (_ start: Int, _ count: Int, _ isBias: Bool) -> Void) {
    for (index, link) in links.enumerated() {
      let weights = link.inputs * link.units
      body(starts[index], weights, false)
      body(starts[index] + weights, link.units, true)
    }
  }
}
