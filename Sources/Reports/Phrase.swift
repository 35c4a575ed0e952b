/// Text of a report that distinguishes names and values of the data from the report's own words.
///
/// `"always predicting \(name: name) would agree on \(percent)"`: the argument of `name:` is
/// external text and is escaped for each format.
public struct Phrase: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// A run of text of one kind.
  public enum Run: Hashable, Sendable {
    /// Words of the report.
    case words(String)
    /// A name or value as it is in the data.
    case name(String)
    /// An external sentence or line, such as a note or a command.
    case quote(String)
    /// An external text of any length, shown whole.
    case passage(String)
    /// Emphasised words.
    case strong(String)
    /// The connectives of a rule: if, and, or, then.
    case small(String)
  }

  /// The runs in order.
  public private(set) var runs: [Run]

  /// Creates a phrase.
  public init(_ runs: [Run] = []) { self.runs = runs }
  /// Creates a phrase.
  public init(_ words: String) { runs = words.isEmpty ? [] : [.words(words)] }
  /// Creates the value of a literal.
  public init(stringLiteral value: String) { self.init(value) }
  /// Creates the phrase of an interpolated literal.
  public init(stringInterpolation: Interpolation) { runs = stringInterpolation.runs }

  /// A phrase of one name or value of the data.
  public static func name(_ name: String) -> Phrase { Phrase([.name(name)]) }
  /// A phrase of one external sentence or line.
  public static func quote(_ line: String) -> Phrase { Phrase([.quote(line)]) }
  /// A phrase of emphasised words.
  public static func strong(_ words: String) -> Phrase { Phrase([.strong(words)]) }

  /// The concatenation of two phrases.
  public static func + (first: Phrase, second: Phrase) -> Phrase {
    Phrase(first.runs + second.runs)
  }

  /// Appends a phrase.
  public static func += (first: inout Phrase, second: Phrase) { first.runs += second.runs }

  /// Whether the phrase has no text.
  public var isEmpty: Bool { runs.isEmpty }

  /// The parts of an interpolated phrase.
  public struct Interpolation: StringInterpolationProtocol {
    var runs: [Run] = []
    /// Starts an interpolation; the sizes are not used.
    public init(literalCapacity: Int, interpolationCount: Int) {}
    /// Appends the project's own text.
    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { runs.append(.words(literal)) }
    }
    /// Appends words of the report, a grouped whole number, or a phrase.
    public mutating func appendInterpolation(_ words: String) { appendLiteral(words) }
    /// Appends words of the report, a grouped whole number, or a phrase.
    public mutating func appendInterpolation(_ number: Int) { appendLiteral(counted(number)) }
    /// Appends a name or value of the data.
    public mutating func appendInterpolation(name: String) { runs.append(.name(name)) }
    /// Appends an external sentence or line.
    public mutating func appendInterpolation(quote: String) { runs.append(.quote(quote)) }
    /// Appends emphasised words.
    public mutating func appendInterpolation(strong: String) { runs.append(.strong(strong)) }
    /// Appends words of the report, a grouped whole number, or a phrase.
    public mutating func appendInterpolation(_ phrase: Phrase) { runs += phrase.runs }
  }
}

extension Sequence<Phrase> {
  /// The concatenation of the phrases with a separator.
  package func joined(by separator: Phrase) -> Phrase {
    var all = Phrase()
    for (index, phrase) in enumerated() {
      if index > 0 { all += separator }
      all += phrase
    }
    return all
  }

  /// "a, b and c"
  func listed(_ last: String = "and") -> Phrase {
    let all = Array(self)
    guard all.count > 1, let end = all.last else { return all.first ?? Phrase() }
    return all.dropLast().joined(by: ", ") + Phrase([.small(" \(last) ")]) + end
  }
}

extension Phrase {
  /// The plain text, for a terminal or a text file.
  public var plain: String {
    runs.map { run in
      switch run {
      case .words(let text), .strong(let text), .small(let text): text
      case .name(let name): shown(name)
      case .quote(let line): shown(line, limit: longestShownLine)
      case .passage(let text): shown(text, limit: .max)
      }
    }.joined()
  }
}
