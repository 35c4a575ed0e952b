import Explanations
import Networks
import Pruning

extension Sensitivity {
  /// The table in Markdown.
  public var markdown: String {
    func percent(_ share: Double) -> String { fixed(share * 100, digits: 2) }
    let heading = """
      What it costs to take neurons from one layer alone, the lowest scores first, before anything is \
      learned again; on validation rows. Layers that a sum ties together are one line.

      | layers | neurons | without | parameters fewer | accuracy % | change | loss |
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
