/// A premise over binary features (switches), some required on, some required off: it holds for a
/// code if `code & mask == value`.
public struct SwitchPremise: Hashable, Sendable {
  /// The switches that the premise tests, one per bit.
  public var mask: UInt64
  /// Of these switches, those that must be on; the others must be off.
  public var value: UInt64

  /// Creates a premise; `value` has no bit outside `mask`.
  public init(mask: UInt64, value: UInt64) {
    self.mask = mask
    self.value = value
  }

  /// Whether the premise holds for a code, the states of all switches.
  public func holds(for code: UInt64) -> Bool { code & mask == value }
  /// The number of switches tested.
  public var count: Int { mask.nonzeroBitCount }
}

/// The ordered-attribute search of Kim (2000): all minimal premises over switches that imply
/// weighted sums above zero for all values of the other switches.
///
/// Premises are sound, complete and minimal. Switches are tried in descending order of weight, so a
/// branch ends when the remaining switches cannot make some sum positive, or when the premise
/// suffices.
public struct SwitchSearch: Hashable, Sendable {
  /// One sum: it must become greater than zero, or at least zero if `orEqual`.
  public struct Margin: Hashable, Sendable {
    /// The weight of each switch: its contribution when on.
    public var weights: [Double]
    /// The sum with all switches off.
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
    /// The number of switches of a premise.
    public var literals: Int
    /// The number of partial premises visited.
    public var steps: Int
    /// Creates limits: by default 100,000 premises of up to 64 switches in 4,000,000 steps.
    public init(premises: Int = 100_000, literals: Int = 64, steps: Int = 4_000_000) {
      self.premises = premises
      self.literals = literals
      self.steps = steps
    }
  }

  /// The result of a search.
  public struct Found: Hashable, Sendable {
    /// The minimal premises, in the order in which they were found.
    public var premises: [SwitchPremise]
    /// Whether a limit ended the search: the premises are sound but not complete.
    public var cut: Bool
  }

  /// All must be positive together: one margin for an output of its own, one per rival class for an
  /// argmax.
  public var margins: [Margin]
  /// The limits, after which the search ends.
  public var limit: Limit

  /// At most 64 switches.
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
    var search = Run(self)
    try search.extend(
      from: 0, sums: search.base, premise: SwitchPremise(mask: 0, value: 0), codes: codes,
      onStep: onStep)
    return Found(premises: search.found, cut: search.cut)
  }

  /// Runs the search without a callback.
  public func run(over codes: [UInt64]? = nil) -> Found { run(over: codes) {} }

  private struct Run {
    let limit: Limit
    let margins: [Margin]
    /// The switches in descending order of weight.
    let order: [Int]
    /// For each switch in order and each margin, the guaranteed contribution of "on" and "off".
    let on: [[Double]]
    let off: [[Double]]
    /// The largest possible contribution of the switches from each position on.
    var rest: [[Double]]
    let base: [Double]
    var found: [SwitchPremise] = []
    var cut = false
    var steps = 0

    init(_ search: SwitchSearch) {
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
      on = order.map { index in margins.map { max(0, $0.weights[index]) } }
      off = order.map { index in margins.map { max(0, -$0.weights[index]) } }
      // The worst case of the free switches.
      base = margins.map { margin in
        margin.weights.reduce(margin.bias) { $0 + min(0, $1) }
      }
      rest = [[Double](repeating: 0, count: margins.count)]
      for place in order.indices.reversed() {
        let best = margins.indices.map { max(on[place][$0], off[place][$0]) }
        rest.insert(zip(rest[0], best).map { $0 + $1 }, at: 0)
      }
    }

    func lifted(_ sums: [Double]) -> Bool {
      zip(sums, margins).allSatisfy { $1.orEqual ? $0 >= 0 : $0 > 0 }
    }

    mutating func extend(
      from place: Int, sums: [Double], premise: SwitchPremise, codes: [UInt64]?,
      onStep: () throws -> Void
    ) rethrows {
      steps += 1
      try onStep()
      if lifted(sums) {
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
        // If all remaining switches cannot make a sum positive, no later branch can.
        guard lifted(zip(sums, rest[next]).map { $0 + $1 }) else { return }
        let bit: UInt64 = 1 << UInt64(order[next])
        for (gain, value) in [(on[next], bit), (off[next], 0)]
        where gain.contains(where: { $0 > 0 }) {
          let matching = codes?.filter { $0 & bit == value }
          if matching?.isEmpty ?? false { continue }
          try extend(
            from: next + 1, sums: zip(sums, gain).map { $0 + $1 },
            premise: SwitchPremise(mask: premise.mask | bit, value: premise.value | value),
            codes: matching, onStep: onStep)
        }
      }
    }

    /// Whether every literal is needed. For one margin the order ensures that, up to rounding.
    func isMinimal(_ premise: SwitchPremise) -> Bool {
      let used = order.indices.filter { premise.mask >> UInt64(order[$0]) & 1 == 1 }
      return used.allSatisfy { dropped in
        var sums = base
        for place in used where place != dropped {
          let gain = premise.value >> UInt64(order[place]) & 1 == 1 ? on[place] : off[place]
          for index in sums.indices { sums[index] += gain[index] }
        }
        return !lifted(sums)
      }
    }
  }
}
