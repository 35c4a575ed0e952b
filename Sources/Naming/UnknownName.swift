import Foundation

/// An unknown name, with the nearest known name as a suggestion.
public struct UnknownName: LocalizedError, Hashable, Sendable {
  /// The kind of item, in the singular: "data set", "column", "extractor".
  public let family: String
  /// The given name.
  public let name: String
  /// The known names.
  public let known: [String]

  /// Creates the error; `family` is the kind of item in the singular.
  public init(_ name: String, family: String, known: [String]) {
    self.name = name
    self.family = family
    self.known = known
  }

  /// The known name with the smallest edit distance, at most one third of the name's length, at
  /// least 1 and at most 2.
  ///
  /// A proper prefix of a known name counts as one edit; the part of a known name before the first
  /// hyphen is also compared. Both apply to names of at least 4 characters.
  public var nearest: String? {
    let limit = min(max(1, name.count / 3), 2)
    let close = known.map { (distance: distance(to: $0), name: $0) }
      .filter { $0.distance <= limit }
    return close.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  private func distance(to other: String) -> Int {
    let (own, other) = (name.lowercased(), other.lowercased())
    let whole = editDistance(own, other)
    guard own.count > 3 else { return whole }
    if other.hasPrefix(own) { return min(whole, 1) }
    let start = other.prefix { $0 != "-" }
    return start.count > 3 ? min(whole, editDistance(own, String(start))) : whole
  }

  /// What is wrong, in one sentence.
  public var errorDescription: String? { "there is no \(family) named '\(cut(name, 200))'" }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    if let nearest { return "did you mean '\(cut(nearest, 200))'?" }
    if known.isEmpty { return nil }
    let shown = known.prefix(12).map { cut($0, 60) }.joined(separator: ", ")
    return "known: " + shown + (known.count > 12 ? ", … (\(known.count) in all)" : "")
  }
}

/// Truncates a name to a maximum length.
private func cut(_ name: String, _ limit: Int) -> String {
  name.count > limit ? name.prefix(limit - 1) + "…" : name
}

/// The edit distance (optimal string alignment): insertions, deletions, substitutions and adjacent
/// transpositions; the first 200 characters are compared.
public func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.unicodeScalars.prefix(200))
  let b = Array(second.unicodeScalars.prefix(200))
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [Int](repeating: i, count: b.count + 1)
    for j in 1...b.count {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], beforeLast[j - 2] + 1)
      }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
