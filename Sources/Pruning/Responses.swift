import Networks
import Tensors

extension Network {
  /// The activations of some nodes for some rows, pooled by channel, in one forward pass.
  ///
  /// `isLargest`: whether channels are pooled by maximum instead of mean.
  /// - Returns: for each node `[rows, channels]`, and the outputs, `[rows, outputs]`.
  func responses(
    of nodes: [Int], _ groups: NeuronGroups, for inputs: Tensor, isLargest: Bool = false
  ) -> (responses: [Tensor], outputs: Tensor) {
    var found: [Int: [Float]] = [:]
    for node in nodes {
      found[node, default: []].reserveCapacity(inputs.rows * groups.ofNodes[node].count)
    }
    let wanted = Set(nodes)
    let outputs = outputs(for: inputs) { node, values in
      wanted.contains(node)
        ? values.pooled(to: groups.ofNodes[node].count, isLargest: isLargest) : nil
    } take: { node, pooled in
      found[node]?.append(contentsOf: pooled)
    }
    let responses = nodes.map { node in
      Tensor(found[node] ?? [], shape: [inputs.rows, groups.ofNodes[node].count])
    }
    return (responses, outputs)
  }

  /// The activations of some nodes in one forward pass, `[rows · pixels, channels]` each; from
  /// every image pixels at regular intervals, about `limit` in all.
  func channelValues(of nodes: [Int], for inputs: Tensor, limit: Int) -> [Int: Tensor] {
    guard let shapes = try? architecture.shapes(), !nodes.isEmpty else { return [:] }
    var found: [Int: [Float]] = [:]
    for node in nodes { found[node] = [] }
    let wanted = Set(nodes)
    let fromEach = max(limit / max(inputs.rows, 1), 1)
    _ = outputs(for: inputs) { node, values in
      wanted.contains(node)
        ? values.pixels(fromEach, channels: max(shapes[node].neurons, 1)) : nil
    } take: { node, values in
      found[node]?.append(contentsOf: values)
    }
    return found.reduce(into: [:]) { values, entry in
      let channels = max(shapes[entry.key].neurons, 1)
      values[entry.key] = Tensor(entry.value, shape: [entry.value.count / channels, channels])
    }
  }
}

extension Tensor {
  /// The channel values of about `wanted` pixels of each row, at regular intervals.
  fileprivate func pixels(_ wanted: Int, channels: Int) -> [Float] {
    let pixels = max(width / channels, 1)
    guard pixels > wanted else { return elements }
    // An odd stride does not sample the same column in every image row.
    let step = pixels / wanted | 1
    var taken: [Float] = []
    taken.reserveCapacity(rows * (pixels / step + 1) * channels)
    for row in 0..<rows {
      for pixel in stride(from: 0, to: pixels, by: step) {
        let start = row * width + pixel * channels
        taken.append(contentsOf: elements[start..<start + channels])
      }
    }
    return taken
  }

  /// Global mean or max pooling of each row, `[rows, channels]` in row-major order.
  fileprivate func pooled(to channels: Int, isLargest: Bool) -> [Float] {
    let width = count / max(rows, 1)
    let pixels = width / max(channels, 1)
    guard pixels > 1 else { return Array(elements) }
    var pooled = [Float](repeating: isLargest ? -.infinity : 0, count: rows * channels)
    elements.withUnsafeBufferPointer { values in
      for row in 0..<rows {
        for pixel in 0..<pixels {
          let start = row * width + pixel * channels
          for channel in 0..<channels {
            let (entry, value) = (row * channels + channel, values[start + channel])
            pooled[entry] = isLargest ? max(pooled[entry], value) : pooled[entry] + value
          }
        }
      }
    }
    if !isLargest { for entry in pooled.indices { pooled[entry] /= Float(pixels) } }
    return pooled
  }
}
