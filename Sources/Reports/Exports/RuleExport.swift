import Explanations
import Naming
import Rules

/// An export of rules as code or text.
public protocol RuleExport: Named {
  static var fileExtension: String { get }
  init()
  /// The rules that the fidelity of the explanation describes, as the text of a file.
  /// - Throws: `ReportError` if the rules cannot be written in this format.
  func export(_ explanation: Explanation) throws -> String
}

/// The catalogue of export formats.
public let exportFormats = Catalog<any RuleExport.Type>(
  "export format", [PythonExport.self, TextExport.self]
) { $0 }

extension Explanation {
  /// The rules that the fidelity describes, as an ordered list in which the first match decides.
  ///
  /// A vote is equal to a list sorted from the highest to the lowest confidence.
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
      // Confidences are compared exactly, as fractions of integers.
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
