import Datasets
import Networks
import Tensors

/// What goes, and why: a value that can be stored, compared and replayed.
public struct PruningPlan: Hashable, Codable, Sendable {
  public enum Subject: Hashable, Codable, Sendable {
    case neuron(name: Neuron)
    /// A column of the data, with the positions of the network's inputs that are made of it.
    case column(name: String, inputs: [Int])
  }

  /// One thing that goes.
  public struct Removal: Hashable, Codable, Sendable {
    public var subject: Subject
    /// The score it had among what was left; the lowest goes first.
    public var score: Double
    /// The round in which it went, from 1.
    public var round: Int

    public init(_ subject: Subject, score: Double, round: Int) {
      self.subject = subject
      self.score = score
      self.round = round
    }
  }

  public var removals: [Removal]

  public init(_ removals: [Removal] = []) { self.removals = removals }

  /// The neurons that go.
  public var neurons: [Neuron] {
    removals.compactMap { if case .neuron(let name) = $0.subject { name } else { nil } }
  }

  /// The positions of the network's inputs that go.
  public var inputs: [Int] {
    removals.flatMap { removal -> [Int] in
      if case .column(_, let inputs) = removal.subject { inputs } else { [] }
    }
  }
}

extension Network {
  /// The same network with zeros, kept zero by masks, in the makers *and* the readers of what goes.
  ///
  /// Neurons are those of a hidden node between two dense layers.
  public func masked(by plan: PruningPlan) -> Network {
    var copy = self
    for (parameter, entries) in removedEntries(plan) {
      var own = copy.parameters[parameter.node][parameter.index]
      var kept = own.mask?.kept ?? [Bool](repeating: true, count: own.value.count)
      for entry in entries { kept[entry] = false }
      own.mask = Mask(kept)
      own.applyMask()
      copy.parameters[parameter.node][parameter.index] = own
    }
    return copy
  }

  /// The same function in smaller tensors, with the neurons' birth names kept.
  /// - Throws: `NetworkError` where the plan leaves a layer without neurons.
  public func compacted(by plan: PruningPlan) throws -> Network {
    if plan.removals.isEmpty { return self }
    var nodes = architecture.nodes
    var parameters = parameters
    var births = births
    let input = architecture.input[0]
    let gone = Set(plan.inputs)
    var keptBelow = (0..<input).filter { !gone.contains($0) }
    let keptInputs = keptBelow.count
    for index in nodes.indices {
      guard let dense = nodes[index].layer as? Dense else {
        births[index] = keptBelow.map { births[index][$0] }
        continue
      }
      let removed = removedUnits(of: index, plan)
      let kept = (0..<dense.units).filter { !removed.contains($0) }
      let weight = parameters[index][0]
      let bias = parameters[index][1]
      parameters[index][0] = Parameter(
        .weight, weight.value.selectingRows(keptBelow).selectingColumns(kept),
        mask: weight.mask?.selecting(rows: keptBelow, columns: kept, width: dense.units))
      parameters[index][1] = Parameter(
        .bias, bias.value.selectingRows(kept),
        mask: bias.mask?.selecting(rows: kept, columns: [0], width: 1))
      nodes[index].layer = Dense(kept.count, start: dense.start)
      births[index] = kept.map { births[index][$0] }
      keptBelow = kept
    }
    return try Network(
      Architecture(input: [keptInputs], nodes: nodes), parameters: parameters, births: births)
  }

  private struct ParameterPosition: Hashable {
    var node: Int
    var index: Int
  }

  /// The dense layer whose units are the neurons of a node.
  private func maker(of node: Int) -> Int? {
    (0...node).last { architecture.nodes[$0].layer is Dense }
  }

  /// The units of a dense layer that go, by position.
  private func removedUnits(of dense: Int, _ plan: PruningPlan) -> Set<Int> {
    Set(
      plan.neurons.compactMap { neuron -> Int? in
        guard let node = architecture.index(of: neuron.node), maker(of: node) == dense else {
          return nil
        }
        return births[node].firstIndex(of: neuron.birth)
      })
  }

  private func removedEntries(_ plan: PruningPlan) -> [ParameterPosition: [Int]] {
    var entries: [ParameterPosition: [Int]] = [:]
    let denseNodes = architecture.nodes.indices.filter { architecture.nodes[$0].layer is Dense }
    for (order, node) in denseNodes.enumerated() {
      let weight = parameters[node][0].value
      let units = removedUnits(of: node, plan)
      for unit in units {
        entries[ParameterPosition(node: node, index: 0), default: []] +=
          (0..<weight.rows).map { $0 * weight.width + unit }
        entries[ParameterPosition(node: node, index: 1), default: []].append(unit)
        guard order + 1 < denseNodes.count else { continue }
        let reader = denseNodes[order + 1]
        let width = parameters[reader][0].value.width
        entries[ParameterPosition(node: reader, index: 0), default: []] +=
          (0..<width).map { unit * width + $0 }
      }
      if order == 0 {
        for input in plan.inputs {
          entries[ParameterPosition(node: node, index: 0), default: []] +=
            (0..<weight.width).map { input * weight.width + $0 }
        }
      }
    }
    return entries
  }
}

extension Mask {
  /// The mask of some rows and columns; `nil` where it keeps everything.
  fileprivate func selecting(rows: [Int], columns: [Int], width: Int) -> Mask? {
    let selected = rows.flatMap { row in columns.map { kept[row * width + $0] } }
    return selected.allSatisfy { $0 } ? nil : Mask(selected)
  }
}

extension Encoding {
  /// The encoding without some inputs, by position.
  public func removing(_ positions: [Int]) -> Encoding {
    var copy = self
    let gone = Set(positions)
    copy.inputs = inputs.indices.filter { !gone.contains($0) }.map { inputs[$0] }
    return copy
  }
}
