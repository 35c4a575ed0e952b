import Networks
import Tensors

extension Network {
  /// What the channels of some nodes say to some rows, in one pass.
  ///
  /// `isLargest`: whether a channel's largest pixel is taken, and not the mean over its pixels.
  /// - Returns: for each node in turn `[rows, channels]`, and the outputs, `[rows, outputs]`.
  func responses(
    of nodes: [Int], _ groups: NeuronGroups, for inputs: Tensor, isLargest: Bool = false
  ) -> (responses: [Tensor], outputs: Tensor) {
    var found: [Int: [Float]] = [:]
    for node in nodes {
      found[node, default: []].reserveCapacity(inputs.rows * groups.ofNodes[node].count)
    }
    let outputs = outputs(for: inputs) { node, values in
      guard found[node] != nil else { return }
      found[node]?.append(
        contentsOf: values.pooled(to: groups.ofNodes[node].count, isLargest: isLargest))
    }
    let responses = nodes.map { node in
      Tensor(found[node] ?? [], shape: [inputs.rows, groups.ofNodes[node].count])
    }
    return (responses, outputs)
  }

  /// What some nodes say, in one pass: `[rows · pixels, neurons]` each; of pictures as many rows as
  /// make about `limit` pixels, but 64 at least.
  func channelValues(of nodes: [Int], for inputs: Tensor, limit: Int) -> [Int: Tensor] {
    guard let shapes = try? architecture.shapes(), !nodes.isEmpty else { return [:] }
    var rows: [Int: Int] = [:]
    var found: [Int: [Float]] = [:]
    for node in nodes {
      let pixels = max(shapes[node].count / max(shapes[node].neurons, 1), 1)
      // Rows are drawn by chance already, so fewer of them are as good.
      rows[node] = pixels > 1 ? min(inputs.rows, max(limit / pixels, 64)) : inputs.rows
      found[node] = []
    }
    let most = rows.values.max() ?? 0
    _ = outputs(for: most < inputs.rows ? inputs.slicing(0..<most) : inputs) { node, values in
      guard let wanted = rows[node], let had = found[node]?.count else { return }
      found[node]?.append(contentsOf: values.elements.prefix(wanted * shapes[node].count - had))
    }
    return found.reduce(into: [:]) { values, entry in
      let channels = max(shapes[entry.key].neurons, 1)
      values[entry.key] = Tensor(entry.value, shape: [entry.value.count / channels, channels])
    }
  }
}

extension Tensor {
  /// The mean or the largest of each row's pixels, channel by channel, row after row.
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
