import Datasets
import Networks
import Tensors

/// A layer with more neurons than this is drawn as one block.
private let mostNeurons = 20

extension Diagram {
  /// The diagram of a model: named inputs, weights as lines.
  public init(_ model: Model) {
    let schema = model.schema
    let inputs = model.encoding.inputs.map { input in
      let feature = schema.features[input.feature]
      switch input.kind {
      case .scaled: return feature.id.rawValue
      case .level(let index):
        let levels = feature.levels ?? []
        return "\(feature.id.rawValue) = \(levels.indices.contains(index) ? levels[index] : "?")"
      case .missing: return "\(feature.id.rawValue) missing"
      }
    }
    let outputs: [String]
    switch model.head {
    case .number: outputs = [schema.target.name]
    case .softmax, .oneVersusRest, .normalizedOneVersusRest, .hardSigmoid:
      outputs = schema.classes
    }
    self.init(network: model.network, inputs: inputs, outputs: outputs)
  }

  /// The diagram of a network; a layer with more than 20 neurons is one block. Networks with branches,
  /// images or more than six layers are drawn as blocks from top to bottom.
  /// - Parameters:
  ///   - network: the network.
  ///   - inputs: the names of the inputs; inputs without a name are numbered.
  ///   - outputs: the names of the outputs; numbered if their count is not that of the outputs.
  public init(network: Network, inputs: [String] = [], outputs: [String] = []) {
    if Self.isDrawnAsBlocks(network),
      let blocks = try? Diagram(blocksOf: network, inputs: inputs.count, outputs: outputs)
    {
      self = blocks
      return
    }
    let shapes = (try? network.architecture.shapes()) ?? []
    let width = network.architecture.input.count
    var columns = [
      Self.column(
        0, "Inputs", (0..<width).map { $0 < inputs.count ? inputs[$0] : "input \($0 + 1)" }, .input)
    ]
    var edges: [Edge] = []
    var last = width
    var index = 0
    let nodes = network.architecture.nodes
    while index < nodes.count {
      let place = index
      var name = nodes[index].id.rawValue
      // An activation is part of the layer before it.
      while index + 1 < nodes.count, let activation = nodes[index + 1].layer.activation {
        name += ", \(activation.function.rawValue)"
        index += 1
      }
      index += 1
      let count = shapes[place].count
      let isLast = index >= nodes.count
      let originalIndices = network.originalIndices[index - 1]
      let titles = (0..<count).map { unit in
        isLast && outputs.count == count
          ? outputs[unit]
          : "\(originalIndices.indices.contains(unit) ? originalIndices[unit] : unit)"
      }
      let role: Role = isLast ? .output : .hidden
      let number = columns.count
      columns.append(Self.column(number, "\(name) (\(counted(count)))", titles, role))
      edges += Self.edges(
        into: number, from: last, to: count,
        parameter: network.parameters[place].first { $0.role == .weight })
      last = count
    }
    self.init(
      title: "The network: \(counted(network.parameterCount, "parameter"))",
      caption: """
        Blue, solid lines are positive weights; orange, dashed lines are negative weights. The \
        line width is the absolute weight relative to the largest of the layer. Layers with more \
        than \(mostNeurons) neurons are one block.
        """, columns: columns, edges: edges)
    thin()
  }

  private static func column(
    _ number: Int, _ title: String, _ names: [String], _ role: Role
  ) -> Column {
    guard names.count > mostNeurons else {
      return Column(title, names.enumerated().map { Node("n-\(number)-\($0)", role, $1) })
    }
    let what = role == .input ? "inputs" : role == .output ? "outputs" : "neurons"
    return Column(title, [Node("n-\(number)-0", role, "\(counted(names.count)) \(what)")])
  }

  private static func edges(
    into number: Int, from: Int, to: Int, parameter: Parameter?
  ) -> [Edge] {
    let before = number - 1
    guard let parameter else { return [Edge("n-\(before)-0", to: "n-\(number)-0")] }
    guard from <= mostNeurons, to <= mostNeurons, parameter.value.shape.rank == 2 else {
      let starts = from <= mostNeurons ? from : 1
      let ends = to <= mostNeurons ? to : 1
      let label = "\(counted(parameter.keptCount)) weights"
      return (0..<starts).flatMap { start in
        (0..<ends).map { end in
          Edge(
            "n-\(before)-\(start)", to: "n-\(number)-\(end)",
            label: starts == 1 && ends == 1 ? label : nil)
        }
      }
    }
    let weight = parameter.value
    var largest: Float = 0
    for row in 0..<from { for unit in 0..<to { largest = max(largest, abs(weight[row, unit])) } }
    guard largest > 0 else { return [] }
    return (0..<from).flatMap { row in
      (0..<to).compactMap { unit -> Edge? in
        let value = weight[row, unit]
        guard value != 0, value.isFinite else { return nil }
        return Edge(
          "n-\(before)-\(row)", to: "n-\(number)-\(unit)", sign: value < 0 ? -1 : 1,
          strength: Double(abs(value) / largest),
          label: signed(significant(Double(value), digits: 2), plus: value > 0))
      }
    }
  }
}
