import Explanations
import Networks

/// Above this mean distance of feature values from 0 and 1, the report warns about rules over them.
private let unclear = 0.05
/// The largest number of names listed in a cell; the others are counted.
private let listedNames = 6
/// The largest number of hidden features in the table; `explanation.json` has all.
private let listedFeatures = 100

extension Report {
  var featureSection: [Block] {
    let features = explanation.features
    guard !features.isEmpty else {
      return [
        .heading("Hidden features", level: 2, id: "features"),
        .paragraph("No hidden features were described."),
      ] + featureRuleBlocks
    }
    var blocks: [Block] = [
      .heading("Hidden features", level: 2, id: "features"),
      .paragraph(
        """
        A hidden feature is a neuron of the pruned network, described by the attributions of its \
        inputs. It is active (\u{201C}on\u{201D}) where its value is above its threshold.
        """),
    ]
    if let share = explanation.binarisation {
      blocks.append(
        .paragraph(
          """
          With every hidden feature binarised (on or off), the prediction of the \(featureNetwork) is \
          unchanged on \(spelled(share, "held-out rows")). This estimates the fidelity that rules \
          over binarised features can reach.
          """))
    }
    // The features of a readable network are scores, whose distance from 0 and 1 is set by a slope.
    if explanation.pruned.readable == nil, let clarity = explanation.clarity, clarity > unclear {
      blocks.append(
        .warning(
          """
          The values of the hidden features are not close to 0 or 1 (mean distance \
          \(significant(clarity)), recommended at most \(significant(unclear))): rules over \
          binarised features are unreliable.
          """))
    }
    blocks.append(figure("features"))
    let hasImages = features.contains { $0.image != nil }
    let listed = explanation.strongest(listedFeatures)
    var columns: [DataTable.Column] = [.text("Feature")]
    columns += [
      .text(hasImages ? "Attribution map" : "Positive attributions"),
      .text(hasImages ? "Strongest pixels" : "Negative attributions"),
      .number("Active rows, training"), .number("Threshold"), .text("Positive output weights"),
      .text("Negative output weights"), .text("Neuron"),
    ]
    blocks.append(
      .table(
        DataTable(
          "feature-table",
          "Hidden features: attributions and output weights, times the standard deviation of the feature",
          columns,
          listed.map { row(of: features[$0], at: $0, hasImages: hasImages) })))
    if listed.count < features.count {
      blocks.append(
        .note(
          """
          The table lists \(listed.count) features, first those in rules, then those with the \
          largest output weights; \(counted(features.count - listed.count)) others are in \
          explanation.json.
          """))
    }
    // Where rules over features come first, their descriptions stand beside them.
    let descriptions = explanation.level == .features ? [] : descriptionBlocks
    return blocks + descriptions + featureRuleBlocks + causalBlocks
  }

  /// That the hidden features are scores, with the price; `nil` if the network is not readable.
  public var readableSentence: Phrase? {
    guard let cost = explanation.pruned.readable else { return nil }
    let rows = cost.crossValidated ? "rows in cross-validation" : "validation rows"
    let other = cost.crossValidated ? "before pruning" : "without them"
    return """
      The hidden features of this network are scores with integer weights that can be computed by hand; \
      its accuracy is \(percent(cost.after)) (\(ratio(cost.after)) \(rows)), that of the network \
      \(other) \(percent(cost.before)) (\(ratio(cost.before))).
      """
  }

  /// The hidden features as scores of columns; empty if none is described.
  var descriptionBlocks: [Block] {
    let described = explanation.strongest(listedFeatures).compactMap { index in
      let feature = explanation.features[index]
      return feature.description.map { (feature.id, $0) }
    }
    guard !described.isEmpty else { return [] }
    let text = RuleText(explanation)
    return (readableSentence.map { [.paragraph($0)] } ?? []) + [
      .table(
        DataTable(
          "description-table",
          described.contains { $0.1.terms.contains { $0.values != nil } }
            ? "Hidden features as sums of few columns; a condition in brackets is 1 where it holds, else 0"
            : "Hidden features as sums of few columns",
          [
            .text("Feature"), .text("Described as active if"), .number("Held-out rows that agree"),
            .number("Share"),
          ],
          described.map { id, description in
            [
              .name(id), DataTable.Cell(text.description(description)),
              .ratio(description.agreement), .percent(description.agreement),
            ]
          }))
    ]
  }

  private func row(
    of feature: FeatureSummary, at index: Int, hasImages: Bool
  ) -> [DataTable.Cell] {
    let up = feature.drivers.filter { $0.sign >= 0 }
    let down = feature.drivers.filter { $0.sign < 0 }
    let drivers: [DataTable.Cell] =
      hasImages
      ? [
        DataTable.Cell("", image: feature.image), DataTable.Cell(list(feature.drivers)),
      ] : [DataTable.Cell(list(up)), DataTable.Cell(list(down))]
    let name: Phrase =
      .name(feature.id)
      + (feature.similar.map { similar -> Phrase in
        (similar.isOpposite ? ", opposite of " : ", as ") + .name(similar.feature)
          + " on \(percent(similar.agreement)) of training rows"
      } ?? "")
    return [DataTable.Cell(name, key: Double(index))] + drivers + [
      DataTable.Cell(Phrase(percent(feature.activeShare)), key: feature.activeShare),
      DataTable.Cell(Phrase(significant(feature.threshold)), key: feature.threshold),
      DataTable.Cell(effects(of: feature) { $0 > 0 }),
      DataTable.Cell(effects(of: feature) { $0 < 0 }), .name(feature.neuron.description),
    ]
  }

  private func list(_ drivers: [FeatureSummary.Driver]) -> Phrase {
    if drivers.isEmpty { return "\u{2013}" }
    return drivers.prefix(listedNames).map { driver in
      .name(driver.input) + " (\(significant(driver.strength, digits: 2)))"
    }.joined(by: ", ") + more(drivers.count)
  }

  private func effects(of feature: FeatureSummary, where isMeant: (Double) -> Bool) -> Phrase {
    let all = feature.effects.filter { isMeant($0.weight) }
      .sorted { abs($0.weight) > abs($1.weight) }
    if all.isEmpty { return "\u{2013}" }
    return all.prefix(3).map { effect in
      .name(effect.class)
        + " (\(signed(significant(effect.weight, digits: 2), plus: effect.weight > 0)))"
    }.joined(by: ", ") + (all.count > 3 ? " and \(all.count - 3) more" : "")
  }

  private func more(_ total: Int) -> Phrase {
    total > listedNames ? " and \(total - listedNames) more" : ""
  }

  // MARK: - Network and pruning

  var networkSection: [Block] {
    let before = explanation.network
    let after = explanation.pruned
    var blocks: [Block] = [
      .heading("The network before and after pruning", level: 2, id: "network"),
      figure("network"),
    ]
    func size(_ title: Phrase, _ value: (NetworkSummary) -> Int) -> [DataTable.Cell] {
      let (first, last) = (value(before), value(after))
      let kept = first >= last && first > 0 ? percent(Double(last) / Double(first)) : "\u{2013}"
      return [DataTable.Cell(title), .number(first), .number(last), DataTable.Cell(Phrase(kept))]
    }
    blocks.append(
      .table(
        DataTable(
          "size-table", "Size and accuracy before and after pruning",
          [.text("Property"), .number("Before"), .number("After"), .number("Kept")],
          [
            size("Inputs read", \.inputs), size("Hidden features", \.neurons),
            size("Parameters", \.parameters), size("MACs per sample", \.macs),
            size("Weight bytes", \.bytes),
            [
              DataTable.Cell("Accuracy, held-out rows"), .percent(before.accuracy),
              .percent(after.accuracy), DataTable.Cell("\u{2013}"),
            ],
          ])))
    blocks.append(
      .list([
        "Before: \(quote: before.architecture.joined(separator: ", "))",
        "After: \(quote: after.architecture.joined(separator: ", "))",
      ]))
    if let selection = before.selection {
      blocks.append(
        .paragraph("Chosen before the training: \(selection.sentence)."))
    }
    if let agreement = after.agreementWithOriginal {
      blocks.append(
        .paragraph(
          """
          The pruned network predicts the same class as the network before pruning on \
          \(spelled(agreement, "held-out rows")).
          """))
    }
    if let check = after.equality { blocks.append(equality(check)) }
    return blocks + steps
  }

  private func equality(_ check: NetworkSummary.Equality) -> Block {
    let words: Phrase = """
      Checked: the masked network (pruned weights set to zero) and the compacted network were run \
      on \(counted(check.rows, "row")). The largest absolute difference of an output is \
      \(significant(check.largestAbsolute)) (relative \(significant(check.largestRelative))); \
      \(counted(check.changedPredictions, "prediction")) changed.
      """
    return check.changedPredictions == 0 ? .paragraph(words) : .warning(words)
  }

  private var steps: [Block] {
    let pruning = explanation.pruning
    guard !pruning.steps.isEmpty else { return [.paragraph("Nothing was pruned.")] }
    let usesTraining = (pruning.measuredRows ?? 0) > explanation.data.validation
    let rows = usesTraining ? "training and validation" : "validation"
    let isNumeric = pruning.steps.contains { $0.rSquared != nil }
    let blocks: [Block] = [
      .heading("Pruning steps", level: 3, id: "pruning"),
      .paragraph(
        """
        Method: \(name: pruning.method) (\(quote: pruning.source)). Each step removed the \
        least important neurons or inputs and fine-tuned the network; a step was rejected if \
        \(isNumeric
          ? "R²" : "accuracy, mean loss, or the recall or the predictions of a class") \
        on the \(rows) rows became worse than allowed.
        """),
      .table(
        DataTable(
          "step-table", "Pruning steps",
          [
            .number("Step"), .number("Hidden features"), .number("Inputs"), .number("Parameters"),
            .number("\(isNumeric ? "R²" : "Accuracy"), \(rows)"), .text("Removed"),
            .text("Outcome"),
          ],
          pruning.steps.enumerated().map { index, step in
            [
              .number(index + 1), .number(step.neurons), .number(step.inputs),
              .number(step.parameters),
              step.rSquared.map { DataTable.Cell(Phrase(fixed($0, digits: 3)), key: $0) }
                ?? .percent(step.accuracy),
              DataTable.Cell(
                step.removed.isEmpty
                  ? "\u{2013}"
                  : step.removed.prefix(listedNames).map { Phrase.name($0) }.joined(by: ", ")
                    + more(step.removed.count)),
              DataTable.Cell(step.kept ? "kept" : "rejected"),
            ]
          })),
    ]
    return blocks + scoredFeatures
  }

  /// Why the network is smaller than after the last step: its features are scores. Empty otherwise.
  private var scoredFeatures: [Block] {
    let pruned = explanation.pruned
    guard pruned.readable != nil else { return [] }
    return [
      .paragraph(
        """
        After these steps the hidden features were replaced by scores, and those that the accuracy \
        does not need were removed: the network then has \
        \(counted(pruned.neurons, "hidden feature")) and \
        \(counted(pruned.parameters, "parameter")).
        """)
    ]
  }
}

extension Explanation {
  /// The positions of at most `most` hidden features: those in rules first, then those with the
  /// largest absolute output weight; in ascending order.
  func strongest(_ most: Int) -> [Int] {
    guard features.count > most else { return Array(features.indices) }
    let named = Set((featureRules?.rules ?? []).flatMap { $0.if.map(\.feature) })
    let isNamed = features.map { named.contains($0.id) }
    let sizes = features.map { $0.effects.reduce(0) { max($0, abs($1.weight)) } }
    return features.indices.sorted { first, second in
      if isNamed[first] != isNamed[second] { return isNamed[first] }
      return sizes[first] != sizes[second] ? sizes[first] > sizes[second] : first < second
    }.prefix(most).sorted()
  }
}
