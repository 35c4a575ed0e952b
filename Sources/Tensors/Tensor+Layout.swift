/// Layout operations: transposition, block copies, concatenation and splitting.
extension Tensor {
  /// Permutes all dimensions but the first: output dimension i is input dimension `order[i]`.
  package func transposed(by order: [Int]) -> Tensor {
    let old = Array(shape.dimensions.dropFirst())
    let new = order.map { old[$0] }
    var steps = [Int](repeating: 1, count: old.count)
    for index in old.indices.dropLast().reversed() {
      steps[index] = steps[index + 1] * old[index + 1]
    }
    let reading = order.map { steps[$0] }
    let width = width
    // The source index of each element of a row, equal for all rows.
    var sources = [0]
    for (length, step) in zip(new, reading) {
      sources = sources.flatMap { source in (0..<length).map { source + $0 * step } }
    }
    return Tensor(uninitialized: Shape([rows] + new)) { output in
      elements.withUnsafeBufferPointer { input in
        for row in 0..<rows {
          for index in 0..<width {
            output[row * width + index] = input[row * width + sources[index]]
          }
        }
      }
    }
  }

  /// Copies a block of another 4-D tensor into this one.
  package mutating func copyBlock(
    of other: Tensor, size: [Int], from source: [Int], to target: [Int]
  ) {
    let (mine, theirs) = (shape.dimensions, other.shape.dimensions)
    elements.withUnsafeMutableBufferPointer { output in
      other.elements.withUnsafeBufferPointer { input in
        for a in 0..<size[0] {
          for b in 0..<size[1] {
            for c in 0..<size[2] {
              let to =
                (((target[0] + a) * mine[1] + target[1] + b) * mine[2] + target[2] + c) * mine[3]
                + target[3]
              let from =
                (((source[0] + a) * theirs[1] + source[1] + b) * theirs[2] + source[2] + c)
                * theirs[3] + source[3]
              for d in 0..<size[3] { output[to + d] = input[from + d] }
            }
          }
        }
      }
    }
  }

  /// Concatenates tensors along the last axis; all other dimensions are equal.
  package init(concatenating parts: [Tensor]) {
    let widths = parts.map { $0.shape.dimensions.last ?? 1 }
    let total = widths.reduce(0, +)
    let outer = parts.first.map { $0.count / Swift.max(widths[0], 1) } ?? 0
    let shape = Shape((parts.first?.shape.dimensions.dropLast() ?? []) + [total])
    self.init(uninitialized: shape) { output in
      var offset = 0
      for (part, width) in zip(parts, widths) {
        part.elements.withUnsafeBufferPointer { input in
          Self.copy(
            outer, of: width, from: input.baseAddress, every: width,
            to: output.baseAddress.map { $0 + offset }, every: total)
        }
        offset += width
      }
    }
  }

  /// Strided copy of `blocks` blocks of `length` elements.
  private static func copy(
    _ blocks: Int, of length: Int, from source: UnsafePointer<Float>?, every step: Int,
    to target: UnsafeMutablePointer<Float>?, every stride: Int
  ) {
    guard let source, let target else { return }
    nonisolated(unsafe) let (from, to) = (source, target)
    let cuts = Workers.ranges(of: blocks, pieces: blocks * length >> 15)
    Workers.run(cuts.count) { piece in
      for block in cuts[piece] {
        (to + block * stride).update(from: from + block * step, count: length)
      }
    }
  }

  /// Splits the tensor along the last axis, the inverse of `init(concatenating:)`.
  package func split(like parts: [Tensor]) -> [Tensor] {
    let total = shape.dimensions.last ?? 1
    let outer = count / Swift.max(total, 1)
    var offset = 0
    return parts.map { part in
      let width = part.shape.dimensions.last ?? 1
      defer { offset += width }
      return Tensor(uninitialized: part.shape) { output in
        elements.withUnsafeBufferPointer { input in
          Self.copy(
            outer, of: width, from: input.baseAddress.map { $0 + offset }, every: total,
            to: output.baseAddress, every: width)
        }
      }
    }
  }

  /// Splits the last axis into `parts` parts of equal width.
  package func cut(into parts: Int) -> [Tensor] {
    let own = Shape(shape.dimensions.dropLast() + [(shape.dimensions.last ?? 1) / parts])
    return split(like: [Tensor](repeating: Tensor(shape: own), count: parts))
  }

  /// The element-wise product.
  package func multiplied(elementwiseBy other: Tensor) -> Tensor {
    precondition(other.count == count, "\(shape) and \(other.shape)")
    return Tensor(uninitialized: shape) { output in
      elements.withUnsafeBufferPointer { first in
        other.elements.withUnsafeBufferPointer { second in
          for index in first.indices { output[index] = first[index] * second[index] }
        }
      }
    }
  }
}
