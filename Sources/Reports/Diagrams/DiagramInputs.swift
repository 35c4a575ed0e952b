import Datasets
import Explanations

/// The input columns of hidden features as nodes: a column with levels is one node with parts.
struct DiagramInputs {
  /// The largest number of columns, and of levels per column, that are drawn.
  private static let most = 40

  private(set) var nodes: [Diagram.Node] = []
  /// The node and part at which the edges of a driver start.
  private var places: [String: Diagram.Place] = [:]
  private(set) var leftOut = 0

  /// Creates the nodes of columns and levels ("odor = foul"), given with their attribution
  /// strengths.
  init(_ drivers: [(name: String, strength: Double)], schema: Schema) {
    var weights: [String: Double] = [:]
    for driver in drivers { weights[driver.name, default: 0] += driver.strength }
    var columns: [(title: String, weight: Double, levels: [String])] = []
    var known: Set<String> = []
    for feature in schema.features {
      let name = feature.id.rawValue
      let levels = (feature.levels ?? []).filter { weights["\(name) = \($0)"] != nil }
      known.formUnion(levels.map { "\(name) = \($0)" })
      let own = weights[name]
      guard own != nil || !levels.isEmpty, known.insert(name).inserted else { continue }
      let all = levels.reduce(own ?? 0) { $0 + (weights["\(name) = \($1)"] ?? 0) }
      columns.append((name, all, levels))
    }
    for name in weights.keys.filter({ !known.contains($0) }).sorted() {
      columns.append((name, weights[name] ?? 0, []))
    }
    let kept = Set(
      columns.indices.sorted {
        columns[$0].weight != columns[$1].weight
          ? columns[$0].weight > columns[$1].weight : $0 < $1
      }.prefix(Self.most))
    for (number, column) in columns.enumerated() where kept.contains(number) {
      let id = "in-\(number)"
      places[column.title] = Diagram.Place(node: id)
      let parts = column.levels.prefix(Self.most).enumerated().map { index, level in
        places["\(column.title) = \(level)"] = Diagram.Place(node: id, part: "l-\(index)")
        return Diagram.Node.Part(id: "l-\(index)", title: level)
      }
      leftOut += column.levels.count - parts.count
      nodes.append(Diagram.Node(id, .input, column.title, parts: parts))
    }
    leftOut += columns.count - kept.count
  }

  /// The node and part at which the edges of a driver start; `nil` if it is not drawn.
  func place(of driver: String) -> Diagram.Place? { places[driver] }
}

extension Diagram {
  /// The node, and the part of it, at which the edges of a variable start.
  struct Place {
    var node: String
    var part: String?
    /// Whether the variable is a hidden feature.
    var isFeature = false
  }
}

extension FeatureSummary {
  /// "as F1" or "opposite of F1", with the share of training rows; empty without a similar feature.
  var similarLines: [String] {
    similar.map {
      [($0.isOpposite ? "opposite of " : "as ") + "\($0.feature) on \(percent($0.agreement))"]
    } ?? []
  }

  /// The inputs with the largest attributions, by sign: `positive: a, b`, `negative: c`.
  func drivingLines(most: Int = 3) -> [String] {
    func line(_ word: String, _ all: [Driver]) -> [String] {
      guard !all.isEmpty else { return [] }
      let names = all.prefix(most).map { shown($0.input, limit: 22) }.joined(separator: ", ")
      return ["\(word): \(names)" + (all.count > most ? ", …" : "")]
    }
    return line("positive", drivers.filter { $0.sign >= 0 })
      + line("negative", drivers.filter { $0.sign < 0 })
  }
}
