import Datasets
import Explanations
import Networks
import Rules

/// The network of a report, for its pages.
public enum ReportNetwork: Hashable, Sendable {
  /// The network beside the result.
  case model(Model)
  /// There is none, for a reason in a few words: "there is no model.onnx beside the result".
  case absent(String)
}

extension PageData {
  /// The size of weights above which a page has no network: a page of at most 30 columns stays under
  /// 200 KB.
  static func mostWeights(columns: Int) -> Int { columns <= 30 ? 24_000 : 400_000 }
  /// The size of the JSON above which a page has no data: any page stays under 2 MB.
  static let mostBytes = 900_000

  /// The data of a page.
  /// - Throws: `UnreadableRules`, `RuleProgram.Fault`.
  init(_ explanation: Explanation, network given: ReportNetwork) throws {
    let schema = explanation.data.schema
    isImage = schema.image != nil
    let (model, reason): (Model?, String?) =
      isImage ? (nil, nil) : Self.usable(given, for: explanation)
    let text = RuleText(explanation)
    var found = Conditions()
    rules = []
    var read: Set<Int> = Set(model?.readColumns ?? [])
    let ordered = [explanation.level] + RuleLevel.allCases.filter { $0 != explanation.level }
    for level in ordered {
      guard let entry = explanation.entry(level), !entry.rules.isEmpty || level == .inputs,
        let set = try explanation.ruleSet(level)
      else { continue }
      // Without the network a page cannot compute a hidden feature.
      if level == .features, model == nil, !isImage { continue }
      let scores =
        level == .described
        ? try explanation.scores().compactMap { RuleProgram.Score($0, schema: schema) } : []
      let program = try RuleProgram(
        set, ids: entry.rules.map(\.id), schema: schema,
        features: level == .features ? explanation.features.map { Feature.ID($0.id) } : [],
        scores: scores)
      read.formUnion(program.columns)
      let numbers = explanation.fidelity(of: level)?.numeric?.numbers.map(\.value)
      rules.append(
        RuleList(
          program, entry, level: level, table: Self.table(level, explanation.level),
          numbers: numbers?.count == set.rules.count + 1 ? numbers : nil, text: text,
          conditions: &found))
    }
    conditions = found.all
    target = schema.target.name
    classes = schema.classes
    if case .numeric(let unit, let cuts) = schema.target.kind {
      self.unit = unit
      self.cuts = cuts
    }
    let profiles = Dictionary(
      (explanation.data.profiles ?? []).map { ($0.column, $0) },
      uniquingKeysWith: { first, _ in first })
    columns = schema.features.enumerated().map { position, feature in
      let profile = profiles[feature.id.rawValue]
      return Column(
        name: feature.id.rawValue, unit: feature.unit, levels: feature.levels,
        notation: feature.notation, typical: profile?.typical, scale: profile?.scale,
        least: profile?.least, most: profile?.most, isWhole: profile?.isWhole,
        isRead: read.contains(position))
    }
    missing = [""] + schema.missingMarks.filter { !$0.isEmpty }
    missingNumbers = schema.numberMarks.map { $0.lowercased() }
    diagramLevel = (explanation.featureRules == nil ? RuleLevel.inputs : .features).rawValue
    features = explanation.features.map { HiddenFeature(name: $0.id, threshold: $0.threshold) }
    self.network = model.flatMap { NetworkProgram($0) }.map { Network($0) }
    networkTitle =
      explanation.explains == .original
      ? "The pruned network (the rules approximate the network before pruning)" : "The network"
    networkNote = reason.map { Self.noNetwork(because: $0) }
  }

  /// Where rows are explained that a page cannot compute.
  fileprivate static let elsewhere = "Predictions of single rows are explained on the command line."

  private static func noNetwork(because reason: String) -> String {
    "The network is not in this page: \(reason). \(elsewhere)"
  }

  /// Whether the page can show something: rules or a network.
  var isUseful: Bool { network != nil || rules.contains { !$0.rules.isEmpty } }

  /// The same data without the network and the rules over its features.
  func withoutNetwork(because reason: String) -> PageData {
    var copy = self
    copy.network = nil
    copy.rules = rules.filter { $0.level != RuleLevel.features.rawValue }
    copy.networkNote = Self.noNetwork(because: reason)
    return copy
  }

  /// The network if a page can compute it and it is that of the explanation, else why not.
  private static func usable(
    _ given: ReportNetwork, for explanation: Explanation
  ) -> (Model?, reason: String?) {
    switch given {
    case .absent(let reason): return (nil, reason)
    case .model(let model):
      let neurons = explanation.features.map(\.neuron)
      let own = HiddenFeatures(unfitted: model)?.neurons
      guard model.schema.features.map(\.id) == explanation.data.schema.features.map(\.id),
        model.schema.classes == explanation.data.schema.classes,
        neurons.isEmpty || own == neurons
      else { return (nil, "model.onnx is another network than that of the result") }
      guard let program = NetworkProgram(model) else {
        return (nil, "it has other layers than dense ones")
      }
      guard neurons.isEmpty || program.featureSteps != nil else {
        return (nil, "its hidden features are not those of a dense layer")
      }
      return (model, nil)
    }
  }

  /// The id of the table of the rules of a level, where those of `leading` come first.
  private static func table(_ level: RuleLevel, _ leading: RuleLevel) -> String {
    if level == leading { return "rules-table" }
    return switch level {
    case .inputs: "input-rules-table"
    case .features: "feature-rules-table"
    case .described: "described-rules-table"
    }
  }
}

extension Report {
  /// The JSON that the scripts of the page read, `nil` if there is nothing to compute; a note if it is
  /// too large for a page.
  func pageData() throws -> (json: String?, note: Phrase?) {
    var data = try PageData(explanation, network: network)
    let most = PageData.mostWeights(columns: explanation.data.schema.features.count)
    let weights = data.network?.layers.reduce(0) { $0 + $1.parameters.utf8.count } ?? 0
    if weights > most {
      data = data.withoutNetwork(
        because: "its weights would take more than the \(bytes(most)) that a page has for them")
    }
    guard data.isUseful else { return (nil, nil) }
    let json = try data.json()
    if json.utf8.count <= PageData.mostBytes { return (json, nil) }
    return (
      nil,
      """
      Rows cannot be tried in this page: the rules and columns would take \(bytes(json.utf8.count)). \
      \(PageData.elsewhere)
      """
    )
  }
}
