import CKernels

extension DenseChain {
  /// Rows per piece of work: fixed, so that pieces do not depend on the number of threads.
  private static let piece = 1 << 13

  /// The outputs of a chain of dense layers, `[rows, units]` of the last link, bit-identical to
  /// layer-by-layer inference.
  ///
  /// - Returns: `nil` if a layer is too large for the fused kernel.
  package static func outputs(
    _ links: [Link], _ parameters: [(weights: Tensor, bias: Tensor)], for inputs: Tensor
  ) -> Tensor? {
    guard let first = links.first, let last = links.last, inputs.count > 0,
      links.allSatisfy({
        $0.inputs > 0 && MatrixKernel.isSmall(columns: $0.units, inner: $0.inputs)
      })
    else { return nil }
    let packed = PackedLinks(links, parameters)
    let (rows, width) = (inputs.rows, first.inputs)
    return Tensor(uninitialized: [rows, last.units]) { output in
      inputs.elements.withUnsafeBufferPointer { inputs in
        guard let inputs = inputs.baseAddress, let output = output.baseAddress else { return }
        let cuts = Workers.ranges(of: rows, pieces: (rows + piece - 1) / piece)
        Workers.run(cuts.count) { piece in
          packed.forward(
            inputs + cuts[piece].lowerBound * width, cuts[piece].count,
            output + cuts[piece].lowerBound * last.units)
        }
      }
    }
  }
}

/// The packed parameters of a chain, as `ek_chain` reads them.
private final class PackedLinks: @unchecked Sendable {
  private let numbers: UnsafeMutablePointer<Float>
  private let links: [ek_link]

  init(_ links: [DenseChain.Link], _ parameters: [(weights: Tensor, bias: Tensor)]) {
    let sizes = links.map { ek_link_size($0.inputs, $0.units) }
    numbers = Self.workspace(for: sizes.reduce(0, +))
    var next = numbers
    var packed: [ek_link] = []
    for (index, link) in links.enumerated() {
      ek_pack_link(
        parameters[index].weights.elements, parameters[index].bias.elements, link.inputs,
        link.units, next)
      packed.append(
        ek_link(
          inputs: link.inputs, units: link.units, kind: link.function?.rawValue ?? -1,
          slope: link.slope, packed: next))
      next += sizes[index]
    }
    self.links = packed
  }

  deinit { numbers.deallocate() }

  func forward(
    _ rows: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    let workspace = Self.workspace(for: ek_chain_workspace(links, links.count))
    defer { workspace.deallocate() }
    ek_chain(rows, count, links, links.count, output, workspace)
  }

  /// Aligned to cache lines, because vector loads across two lines are slower.
  private static func workspace(for count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }
}
