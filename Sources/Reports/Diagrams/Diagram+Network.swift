import Datasets
import Explanations

/// The largest number of nodes drawn in one column.
private let mostNodes = 40

extension Diagram {
  /// The diagram of the pruned network: inputs, hidden features and outputs.
  public init(network explanation: Explanation) {
    let classes = explanation.data.classes
    let (features, left) = Self.strongest(Array(explanation.features.prefix(mostNodes)))
    let images = features.contains { $0.image != nil }
    var hidden = features.enumerated().map { number, feature in
      Node(
        "f-\(number)", .hidden, feature.id,
        lines: (images ? [] : feature.drivingLines())
          + ["active on \(percent(feature.activeShare)) of rows"] + feature.similarLines,
        image: feature.image)
    }
    var outputs = classes.prefix(mostNodes).enumerated().map {
      Node("out-\($0)", .output, $1)
    }
    var edges: [Edge] = []
    let inputs = Self.inputColumn(explanation, features: features, edges: &edges)
    edges += Self.effects(of: features, on: classes)
    if hidden.isEmpty {
      hidden = [Node("f-0", .hidden, "network", lines: explanation.pruned.architecture)]
      edges = (inputs.map { Edge($0.id, to: "f-0") } + outputs.map { Edge("f-0", to: $0.id) })
    }
    if classes.count > mostNodes {
      outputs.append(Node("out-more", .pruned, "\(counted(classes.count - mostNodes)) more"))
    }
    var caption: Phrase =
      explanation.features.isEmpty
      ? "The inputs and the outputs of the network."
      : """
      Blue, solid lines are positive; orange, dashed lines are negative; the line width is the \
      absolute value. Lines into a feature are attributions relative to its largest one, lines \
      into an output are output weights times the standard deviation of the feature. Pruned nodes are counted above each column, not drawn.
      """
    caption += Self.layersBelowFeatures(explanation)
    if explanation.data.schema.image == nil {
      caption += left + Self.undrawn(inputs, explanation)
    }
    let before = explanation.network.neurons
    self.init(
      title: "The pruned network: inputs, hidden features and outputs", caption: caption,
      columns: [
        Column(
          "Inputs (\(counted(explanation.pruned.inputs)) of "
            + "\(counted(explanation.data.features)) kept)", inputs),
        Column(
          explanation.features.isEmpty
            ? "Network"
            : "Hidden features (\(counted(explanation.pruned.neurons)) of \(counted(before)) kept)",
          hidden),
        Column(explanation.data.schema.target.name, outputs),
      ], edges: edges)
    if explanation.features.count > mostNodes {
      self.caption +=
        " \(explanation.features.count - mostNodes) more hidden features are not drawn."
    }
    thin()
  }

  /// That layers between the inputs and the features are not drawn; empty without any.
  private static func layersBelowFeatures(_ explanation: Explanation) -> Phrase {
    // The last two compute the features and the outputs.
    let layers = explanation.pruned.architecture
      .filter { $0.hasPrefix("dense ") || $0.hasPrefix("convolution ") }.dropLast(2)
    guard !explanation.features.isEmpty, !layers.isEmpty else { return Phrase() }
    return """
       Between inputs and features \(layers.count == 1 ? "lies" : "lie") \
      \(counted(layers.count, "layer")) that \(layers.count == 1 ? "is" : "are") not drawn: \
      \(listed(Array(layers), most: 4)).
      """
  }

  /// That some of the columns that the network reads are not among the drawn inputs; empty if all are.
  ///
  /// `isPartial`: whether the attributions of some hidden features only are drawn.
  static func undrawn(
    _ inputs: [Node], _ explanation: Explanation, isPartial: Bool = false
  ) -> Phrase {
    let missing = explanation.pruned.inputs - inputs.count
    guard explanation.data.schema.image == nil, !explanation.features.isEmpty, missing > 0 else {
      return Phrase()
    }
    return """
       \(counted(missing)) of the \(counted(explanation.pruned.inputs)) columns that the network \
      reads \(missing == 1 ? "has" : "have") \(isPartial ? "no or " : "")small attributions only\
      \(isPartial ? " in these features" : "") and \(missing == 1 ? "is" : "are") not drawn.
      """
  }

  /// The inputs as nodes with their edges to the features; the pixels of an image are one node.
  static func inputColumn(
    _ explanation: Explanation, features: [FeatureSummary], edges: inout [Edge]
  ) -> [Node] {
    let schema = explanation.data.schema
    if let image = schema.image {
      edges += features.indices.map { Edge("in-0", to: "f-\($0)", strength: 0.1) }
      let size =
        "\(image.height) × \(image.width)" + (image.channels > 1 ? " × \(image.channels)" : "")
      return [
        Node(
          "in-0", .input, "\(counted(schema.features.count)) pixels",
          lines: [size, "\(counted(explanation.pruned.inputs)) not pruned"])
      ]
    }
    let drivers = features.flatMap(\.drivers)
    guard !drivers.isEmpty else {
      let names = schema.features.prefix(mostNodes).map { ($0.id.rawValue, 0.0) }
      return DiagramInputs(names, schema: schema).nodes
    }
    let inputs = DiagramInputs(drivers.map { ($0.input, $0.strength) }, schema: schema)
    for (number, feature) in features.enumerated() {
      for driver in feature.drivers {
        guard let place = inputs.place(of: driver.input) else { continue }
        let sign = driver.sign < 0 ? -1 : 1
        edges.append(
          Edge(
            place.node, part: place.part, to: "f-\(number)", sign: sign,
            strength: driver.strength,
            label: signed(
              significant(Double(sign) * driver.strength, digits: 2), plus: sign > 0)))
      }
    }
    return inputs.nodes
  }

  private static func effects(of features: [FeatureSummary], on classes: [String]) -> [Edge] {
    let largest = features.flatMap(\.effects).reduce(0) { max($0, abs($1.weight)) }
    guard largest > 0 else { return [] }
    let places = Dictionary(
      classes.prefix(mostNodes).enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first })
    return features.enumerated().flatMap { number, feature in
      feature.effects.compactMap { effect in
        guard let place = places[effect.class], effect.weight != 0 else { return nil }
        return Edge(
          "f-\(number)", to: "out-\(place)", sign: effect.weight < 0 ? -1 : 1,
          strength: abs(effect.weight) / largest,
          label: signed(significant(effect.weight, digits: 2), plus: effect.weight > 0))
      }
    }
  }
}
