import Networks
import Tensors

/// Selects the weights with the lowest scores until a number of parameters is reached.
struct WeightSelection {
  private let network: Network
  /// The remaining weights in ascending order of score.
  private let order: [(score: Float, node: Int, parameter: Int, entry: Int)]

  init(_ network: Network, normalization: Normalization, scope: Scope) {
    self.network = network
    var all: [(score: Float, node: Int, parameter: Int, entry: Int)] = []
    for (node, parameters) in network.parameters.enumerated() {
      for (index, parameter) in parameters.enumerated() where parameter.role == .weight {
        let kept = parameter.value.elements.indices.filter { parameter.mask?.kept[$0] ?? true }
        let sizes = kept.map { abs(parameter.value.elements[$0]) }
        let sorted = kept.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
        let scores = Self.scores(sorted.map { sizes[$0] }, normalization, scope)
        // The largest weight of each parameter is kept, so that no layer becomes all zero.
        for (rank, position) in sorted.dropLast().enumerated() {
          all.append((scores[rank], node, index, kept[position]))
        }
      }
    }
    order = all.sorted {
      ($0.score, $0.node, $0.parameter, $0.entry) < ($1.score, $1.node, $1.parameter, $1.entry)
    }
  }

  /// The scores of one parameter's weights, given their absolute values in ascending order.
  private static func scores(
    _ sizes: [Float], _ normalization: Normalization, _ scope: Scope
  ) -> [Float] {
    if scope == .layer || normalization == .rank {
      return sizes.indices.map { Float(Double($0) / Double(sizes.count)) }
    }
    switch normalization {
    case .none, .rank: return sizes
    case .mean, .norm:
      let squares = sizes.reduce(0.0) { $0 + Double($1) * Double($1) }
      let size = (squares / Double(max(sizes.count, 1))).squareRoot()
      return size > 0 ? sizes.map { Float(Double($0) / size) } : sizes
    case .layerAdaptive:
      var larger = 0.0
      var scores = sizes
      for index in sizes.indices.reversed() {
        let square = Double(sizes[index]) * Double(sizes[index])
        larger += square
        scores[index] = larger > 0 ? Float(square / larger) : 0
      }
      return scores
    }
  }

  /// The parameters that cannot be pruned: the largest weight of each layer, and all others than weights.
  var leastParameters: Int { network.parameterCount - order.count }

  /// `limit`: the parameters that are left, at least `leastParameters`.
  func plan(leaving limit: Double, round: Int) -> PruningPlan {
    let total = network.parameterCount
    let count = min(Int((Double(total) - limit).rounded(.up)), order.count)
    guard count > 0 else { return PruningPlan() }
    var entries: [Int: [Int: [Int]]] = [:]
    for item in order.prefix(count) {
      entries[item.node, default: [:]][item.parameter, default: []].append(item.entry)
    }
    let threshold = order.indices.contains(count) ? Double(order[count].score) : nil
    var plan = PruningPlan()
    for node in entries.keys.sorted() {
      for (parameter, positions) in (entries[node] ?? [:]).sorted(by: { $0.key < $1.key }) {
        plan.removals.append(
          .init(
            .weights(
              of: network.architecture.nodes[node].id, parameter: parameter,
              entries: positions.sorted()), score: 0, round: round, threshold: threshold))
      }
    }
    return plan
  }
}
