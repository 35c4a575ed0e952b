import Explanations
import Naming
import Rules

/// Rules as a file that another program or a person can run or read.
public protocol RuleExport: Named {
  static var fileExtension: String { get }
  /// The rules that the explanation's fidelity speaks of.
  /// - Throws: `ReportError` where they cannot be written in this form.
  func export(_ explanation: Explanation) throws -> String
}

/// The forms that rules are exported in.
public let exportFormats = Catalog<any RuleExport>(
  "export format", [PythonExport.self, TextExport.self])

extension Explanation {
  /// The rules that the fidelity speaks of, in the order in which the first that holds answers.
  ///
  /// A vote is the same as asking the rules from the strongest to the weakest.
  func decidingRules() throws(ReportError) -> (rules: [RuleEntry], defaultClass: String) {
    let resolution: RuleSetEntry
    switch level {
    case .inputs:
      resolution = RuleSetEntry(
        rules: rules, defaultClass: defaultClass, resolution: self.resolution,
        extractor: extractor, complexity: complexity)
    case .features:
      guard let featureRules else { throw .noFeatureRules }
      resolution = featureRules
    }
    guard resolution.resolution == .vote else {
      return (resolution.rules, resolution.defaultClass)
    }
    let order = resolution.rules.indices.sorted { first, second in
      let (a, b) = (resolution.rules[first], resolution.rules[second])
      // Confidences are compared as fractions of whole numbers: exact.
      let mine = a.confidence.count * max(b.confidence.total, 1)
      let others = b.confidence.count * max(a.confidence.total, 1)
      if mine != others { return mine > others }
      if a.confidence.total != b.confidence.total {
        return a.confidence.total > b.confidence.total
      }
      let (left, right) = (position(of: a.then), position(of: b.then))
      return left != right ? left < right : first < second
    }
    return (order.map { resolution.rules[$0] }, resolution.defaultClass)
  }

  private func position(of answer: String) -> Int {
    data.classes.firstIndex(of: answer) ?? data.classes.count
  }
}
