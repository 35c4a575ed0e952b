import Explanations
import Networks
import Pruning

extension Sensitivity {
  /// The sensitivity table in Markdown.
  public var markdown: String {
    func percent(_ share: Double) -> String { fixed(share * 100, digits: 2) }
    let heading = """
      Sensitivity of each layer: the neurons with the lowest scores are pruned from one layer at a \
      time, without fine-tuning; on validation rows. Layers coupled by a sum share one line.

      | layers | neurons | pruned | parameters pruned | accuracy % | change | loss |
      |---|--:|--:|--:|--:|--:|--:|
      | (the whole network) | | 0 | 0 | \(percent(accuracy)) | | \(fixed(loss, digits: 4)) |

      """
    return heading
      + lines.map { line in
        let names = line.layers.map(\.rawValue)
        let shown =
          names.count > 3
          ? "\(names[0]), \(names[1]) and \(names.count - 2) more" : names.joined(separator: ", ")
        return "| \(shown) | \(line.neurons) | \(line.removed) | \(line.parameters) "
          + "| \(percent(line.accuracy)) | \(percent(line.accuracy - accuracy)) "
          + "| \(fixed(line.loss, digits: 4)) |\n"
      }.joined()
  }
}
