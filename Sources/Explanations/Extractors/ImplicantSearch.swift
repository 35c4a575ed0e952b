/// A premise over binary features, some required on, some required off: it holds for a
/// code if `code & mask == value`.
public struct Implicant: Hashable, Sendable {
  /// The binary features that the premise tests, one per bit.
  public var mask: UInt64
  /// Of these binary features, those that must be on; the others must be off.
  public var value: UInt64

  /// Creates a premise; `value` has no bit outside `mask`.
  public init(mask: UInt64, value: UInt64) {
    self.mask = mask
    self.value = value
  }

  /// Whether the premise holds for a code, the states of all binary features.
  public func holds(for code: UInt64) -> Bool { code & mask == value }
  /// The number of binary features tested.
  public var count: Int { mask.nonzeroBitCount }

  /// The premise without the binary features of `bits`.
  func dropping(_ bits: UInt64) -> Implicant {
    Implicant(mask: mask & ~bits, value: value & ~bits)
  }
}

/// The ordered-attribute search of Kim (2000): all minimal premises over binary features that imply
/// weighted sums above zero for all values of the other binary features.
///
/// Premises are sound, complete and minimal. Switches are tried in descending order of weight, so a
/// branch ends when the remaining binary features cannot make some sum positive, or when the
/// premise suffices.
public struct ImplicantSearch: Hashable, Sendable {
  /// One sum: it must become greater than zero, or at least zero if `orEqual`.
  public struct Margin: Hashable, Sendable {
    /// The weight of each binary feature: its contribution when on.
    public var weights: [Double]
    /// The sum with all binary features off.
    public var bias: Double
    /// Whether zero is sufficient.
    public var orEqual: Bool
    /// Creates a sum, by default one that must be greater than zero.
    public init(weights: [Double], bias: Double, orEqual: Bool = false) {
      self.weights = weights
      self.bias = bias
      self.orEqual = orEqual
    }
  }

  /// The limits of a search.
  public struct Limit: Hashable, Sendable {
    /// The number of premises found.
    public var premises: Int
    /// The number of binary features of a premise.
    public var literals: Int
    /// The number of partial premises visited.
    public var steps: Int
    /// Creates limits: by default 100,000 premises of up to 64 binary features in 4,000,000 steps.
    public init(premises: Int = 100_000, literals: Int = 64, steps: Int = 4_000_000) {
      self.premises = premises
      self.literals = literals
      self.steps = steps
    }
  }

  /// The result of a search.
  public struct Found: Hashable, Sendable {
    /// The minimal premises, in the order in which they were found.
    public var premises: [Implicant]
    /// Whether a limit ended the search: the premises are sound but not complete.
    public var cut: Bool
  }

  /// All must be positive together: one margin per rival class for an argmax, one margin for a
  /// single output.
  public var margins: [Margin]
  /// The limits, after which the search ends.
  public var limit: Limit

  /// At most 64 binary features.
  public init(_ margins: [Margin], limit: Limit = Limit()) {
    precondition(margins.allSatisfy { $0.weights.count <= 64 }, "more than 64 switches")
    self.margins = margins
    self.limit = limit
  }

  /// Runs the search.
  /// - Parameters:
  ///   - codes: restricts the premises to those that hold for one of these codes; `nil`: all.
  ///   - onStep: called for each partial premise; an error thrown by it ends the search.
  /// - Returns: the premises in the order in which they were found.
  /// - Complexity: proportional to the number of premises for one margin; exponential at worst.
  public func run(
    over codes: [UInt64]?, onStep: () throws -> Void
  ) rethrows -> Found {
    var search = Run(self, over: codes)
    try search.extend(
      from: 0, depth: 0, premise: Implicant(mask: 0, value: 0), onStep: onStep)
    return Found(premises: search.found, cut: search.cut)
  }

  /// Runs the search without a callback.
  public func run(over codes: [UInt64]? = nil) -> Found { run(over: codes) {} }

  /// Whether a premise implies the margins for all values of the other binary features.
  public func implies(_ premise: Implicant) -> Bool {
    margins.allSatisfy { margin in
      var sum = margin.bias
      for (index, weight) in margin.weights.enumerated() {
        let bit: UInt64 = 1 << UInt64(index)
        if premise.mask & bit == 0 {
          sum += min(0, weight)
        } else if premise.value & bit != 0 {
          sum += weight
        }
      }
      return margin.orEqual ? sum >= 0 : sum > 0
    }
  }

  /// A minimal premise that holds for a code: literals are dropped as long as the rest implies the
  /// margins, those first that contribute least; `nil` if the code itself does not.
  public func premise(for code: UInt64) -> Implicant? {
    let count = margins.first?.weights.count ?? 0
    let all: UInt64 = count < 64 ? 1 << UInt64(count) - 1 : .max
    var premise = Implicant(mask: all, value: code & all)
    guard implies(premise) else { return nil }
    let cost = (0..<count).map { index in
      let isOn = code >> UInt64(index) & 1 == 1
      return margins.reduce(0) { max($0, isOn ? $1.weights[index] : -$1.weights[index]) }
    }
    for index in (0..<count).sorted(by: { (cost[$0], $0) < (cost[$1], $1) }) {
      let shorter = premise.dropping(1 << UInt64(index))
      if implies(shorter) { premise = shorter }
    }
    return premise
  }

  private struct Run {
    let limit: Limit
    let margins: [Margin]
    /// The binary features in descending order of weight.
    let order: [Int]
    /// For each binary feature in order and each margin, the guaranteed contribution of "on" and
    /// "off".
    let on: [[Double]]
    let off: [[Double]]
    /// The largest possible contribution of the binary features from each position on.
    var rest: [[Double]]
    let base: [Double]
    /// The codes for which each binary feature in order is on, as a bit set over the codes.
    let codesOn: [[UInt64]]
    let words: Int
    /// The sums and the codes of the partial premise of each depth.
    var sums: [Double]
    var matching: [UInt64]
    var found: [Implicant] = []
    var cut = false
    var steps = 0

    init(_ search: ImplicantSearch, over codes: [UInt64]?) {
      limit = search.limit
      margins = search.margins
      let margins = search.margins
      let count = margins.first?.weights.count ?? 0
      let size = (0..<count).map { index in
        margins.reduce(0) { max($0, abs($1.weights[index])) }
      }
      order = (0..<count).filter { size[$0] > 0 }.sorted {
        (size[$1], $0) < (size[$0], $1)
      }
      let on = order.map { index in margins.map { max(0, $0.weights[index]) } }
      let off = order.map { index in margins.map { max(0, -$0.weights[index]) } }
      (self.on, self.off) = (on, off)
      // The worst case of the free binary features.
      base = margins.map { margin in
        margin.weights.reduce(margin.bias) { $0 + min(0, $1) }
      }
      rest = [[Double](repeating: 0, count: margins.count)]
      for place in order.indices.reversed() {
        let best = margins.indices.map { max(on[place][$0], off[place][$0]) }
        rest.insert(zip(rest[0], best).map { $0 + $1 }, at: 0)
      }
      let distinct = codes ?? []
      let words = codes == nil ? 0 : (distinct.count + 63) / 64
      self.words = words
      codesOn = order.map { index in
        var bits = [UInt64](repeating: 0, count: words)
        for (position, code) in distinct.enumerated() where code >> UInt64(index) & 1 == 1 {
          bits[position >> 6] |= 1 << UInt64(position & 63)
        }
        return bits
      }
      sums = base + [Double](repeating: 0, count: order.count * margins.count)
      matching = [UInt64](repeating: 0, count: (order.count + 1) * words)
      for position in distinct.indices { matching[position >> 6] |= 1 << UInt64(position & 63) }
    }

    /// Whether the sums of a depth, with the given additions, are positive.
    func lifted(_ depth: Int, plus rest: [Double]? = nil) -> Bool {
      for index in margins.indices {
        let sum = sums[depth * margins.count + index] + (rest?[index] ?? 0)
        if margins[index].orEqual ? sum < 0 : sum <= 0 { return false }
      }
      return true
    }

    /// Sets the codes and the sums of the next depth; `false` if no code is left or nothing gained.
    mutating func descend(_ depth: Int, _ place: Int, isOn: Bool) -> Bool {
      let gain = isOn ? on[place] : off[place]
      guard gain.contains(where: { $0 > 0 }) else { return false }
      var left: UInt64 = words == 0 ? 1 : 0
      for word in 0..<words {
        let bits = isOn ? codesOn[place][word] : ~codesOn[place][word]
        let both = matching[depth * words + word] & bits
        matching[(depth + 1) * words + word] = both
        left |= both
      }
      guard left != 0 else { return false }
      for index in margins.indices {
        sums[(depth + 1) * margins.count + index] =
          sums[depth * margins.count + index] + gain[index]
      }
      return true
    }

    mutating func extend(
      from place: Int, depth: Int, premise: Implicant, onStep: () throws -> Void
    ) rethrows {
      steps += 1
      try onStep()
      if lifted(depth) {
        if isMinimal(premise) {
          if found.count < limit.premises { found.append(premise) } else { cut = true }
        }
        return
      }
      if premise.count >= limit.literals {
        cut = true
        return
      }
      for next in place..<order.count {
        if cut && found.count >= limit.premises { return }
        if steps > limit.steps {
          cut = true
          return
        }
        // If all remaining binary features cannot make a sum positive, no later branch can.
        guard lifted(depth, plus: rest[next]) else { return }
        let bit: UInt64 = 1 << UInt64(order[next])
        for value in [bit, 0] where descend(depth, next, isOn: value != 0) {
          try extend(
            from: next + 1, depth: depth + 1,
            premise: Implicant(mask: premise.mask | bit, value: premise.value | value),
            onStep: onStep)
        }
      }
    }

    /// Whether every literal is needed. For one margin the order ensures that, up to rounding.
    func isMinimal(_ premise: Implicant) -> Bool {
      let used = order.indices.filter { premise.mask >> UInt64(order[$0]) & 1 == 1 }
      return used.allSatisfy { dropped in
        margins.indices.contains { index in
          var sum = base[index]
          for place in used where place != dropped {
            let isOn = premise.value >> UInt64(order[place]) & 1 == 1
            sum += isOn ? on[place][index] : off[place][index]
          }
          return margins[index].orEqual ? sum < 0 : sum <= 0
        }
      }
    }
  }
}
