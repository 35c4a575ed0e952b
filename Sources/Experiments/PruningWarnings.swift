import Explanations
import Reports

/// A class that is predicted before pruning and never after it.
package struct VanishedClass: Hashable, Sendable {
  package var name: String
  /// The number of rows for which the class was predicted before pruning.
  package var rows: Int

  /// The classes predicted in `original` and not in `pruned`, in class order.
  package static func all(original: [Int], pruned: [Int], classes: [String]) -> [VanishedClass] {
    let left = Set(pruned)
    let counts = original.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    return classes.indices.compactMap { position in
      guard let rows = counts[position], !left.contains(position) else { return nil }
      return VanishedClass(name: classes[position], rows: rows)
    }
  }
}

extension Warning {
  /// The minimum agreement with the network before pruning without a warning.
  static let leastAgreement = 0.95

  /// Warnings about low agreement and vanished classes.
  /// - Parameters:
  ///   - agreement: held-out rows with the same prediction before and after pruning.
  ///   - vanished: classes that are no longer predicted.
  ///   - explains: the network that rules imitate; `nil` where there are no rules.
  ///   - names: the names of settings.
  /// - Returns: an empty list if agreement is at least 95 % and no class vanished.
  package static func pruning(
    agreement: Proportion, vanished: [VanishedClass], explains: ExplainedNetwork?,
    names: SettingNames = .properties
  ) -> [Warning] {
    var warnings: [Warning] = []
    if agreement.total > 0, agreement.value < leastAgreement {
      let role =
        switch explains {
        case .pruned: ", which the rules describe,"
        case .original: ", which hidden features and diagrams show,"
        case nil: ""
        }
      let original = SettingValue(.explain, ExplainedNetwork.original.rawValue)
      let advice =
        explains == .pruned
        ? "; \(names.words([original])) describes the network before pruning" : ""
      warnings.append(
        Warning(
          "agreement-with-original",
          "the pruned network\(role) agrees with the network before pruning on only "
            + "\(agreement.count) of \(agreement.total) held-out rows "
            + "(\(fixed(agreement.value * 100, digits: 1)) %)"
            + advice, figure: agreement.value))
    }
    if !vanished.isEmpty {
      let names = vanished.prefix(8).map { "'\(shown($0.name))' (\(counted($0.rows, "row")))" }
      let rest = vanished.count > 8 ? " and \(vanished.count - 8) more" : ""
      warnings.append(
        Warning(
          "vanished-classes",
          "the pruned network never predicts \(names.joined(separator: ", "))\(rest), which the "
            + "network before pruning does", figure: Double(vanished.count)))
    }
    return warnings
  }
}
