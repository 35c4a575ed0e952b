import Datasets
import Foundation

/// A change of a row after which a rule set predicts another class.
public struct NearestChange: Hashable, Sendable {
  /// The new values of the changed variables.
  public var values: [Feature.ID: Double]
  /// The class that the rules then predict.
  public var prediction: Int
  /// The rule that then decides; `nil` for the default.
  public var rule: Int?

  /// Creates a change.
  public init(values: [Feature.ID: Double], prediction: Int, rule: Int?) {
    self.values = values
    self.prediction = prediction
    self.rule = rule
  }
}

/// The search of the nearest change of a row that changes the prediction of a rule set.
///
/// Nearest is the smallest number of variables changed to a value outside their range, then of changed
/// variables, then the smallest sum of their distances: the difference of a number over its scale, 1 for
/// a level and for a value in place of a missing one. No variable becomes missing, and levels outside the
/// schema are not used.
///
/// The thresholds of the rules cut each variable into cells, within which no condition changes. A
/// best-first search over boxes of cells finds the exact optimum: a box whose nearest cell keeps the
/// prediction is split into the parts in which the deciding rule does not hold, and those in which a
/// rule of another class before it holds.
public struct NearestChangeSearch: Sendable {
  /// The maximum number of boxes: their cells are bounded, and so is the memory.
  public var limit: Int

  private let rules: RuleSet
  private let order: [Int]
  private let variables: [Variable]
  private let positions: [Feature.ID: Int]
  /// For each rule, the position of the variable of each literal and the cells in which it holds.
  private let literals: [[(variable: Int, holds: [Bool])]]

  /// Prepares the search for one row.
  /// - Parameters:
  ///   - rules: the rules.
  ///   - schema: the kinds of their variables.
  ///   - value: the value of a variable in the row.
  ///   - scale: the scale of the differences of a numeric variable, above 0.
  ///   - isWhole: whether a numeric variable takes whole numbers only.
  ///   - range: the range of a numeric variable; `nil` if it has none.
  public init(
    _ rules: RuleSet, schema: Schema, value: (Feature.ID) -> Double,
    scale: (Feature.ID) -> Double, isWhole: (Feature.ID) -> Bool = { _ in false },
    range: (Feature.ID) -> ClosedRange<Double>? = { _ in nil }
  ) {
    self.rules = rules
    order = rules.order
    var conditions: [Feature.ID: [Condition]] = [:]
    var ids: [Feature.ID] = []
    for literal in rules.rules.flatMap(\.premise.literals) {
      if conditions[literal.variable] == nil { ids.append(literal.variable) }
      conditions[literal.variable, default: []].append(literal.condition)
    }
    let positions = Dictionary(
      ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let variables = ids.map { id in
      Variable(
        id, conditions[id] ?? [],
        levels: schema.index(of: id).flatMap { schema.features[$0].levels },
        value: value(id), scale: scale(id), isWhole: isWhole(id), range: range(id))
    }
    self.positions = positions
    self.variables = variables
    let cells = variables.reduce(1) { $0 + $1.cells.count }
    limit = min(100_000, 10_000_000 / cells)
    literals = rules.rules.map { rule in
      rule.premise.literals.compactMap { literal in
        positions[literal.variable].map { position in
          (position, variables[position].cells.map { literal.condition.holds(for: $0.value) })
        }
      }
    }
  }

  /// The result of a search.
  public enum Outcome: Hashable, Sendable {
    /// The nearest change.
    case found(NearestChange)
    /// No change of the variables changes the prediction.
    case impossible
    /// The limit was reached first.
    case limited
  }

  /// Searches the nearest change.
  /// - Complexity: exponential in the number of rules in the worst case, bounded by `limit`
  public func search() -> Outcome {
    let start = Box(allowed: variables.map { $0.cells.map { _ in true } }, variables)
    let current = prediction(in: start)
    var queue = BoxQueue()
    var seen: Set<[[Bool]]> = [start.allowed]
    queue.push(start)
    while let box = queue.pop() {
      if queue.count > limit { return .limited }
      let rule = deciding(in: box)
      if prediction(of: rule) != current { return .found(change(to: box, rule)) }
      for child in parts(of: box, rule, keeping: current) where seen.insert(child.allowed).inserted
      {
        queue.push(child)
      }
    }
    return .impossible
  }

  private func change(to box: Box, _ rule: Int?) -> NearestChange {
    var values: [Feature.ID: Double] = [:]
    for (variable, cell) in zip(variables, box.nearest) where variable.cells[cell].isChange {
      values[variable.id] = variable.cells[cell].value
    }
    return NearestChange(values: values, prediction: prediction(of: rule), rule: rule)
  }

  private func prediction(of rule: Int?) -> Int {
    rule.map { rules.rules[$0].conclusion } ?? rules.defaultClass
  }

  private func prediction(in box: Box) -> Int { prediction(of: deciding(in: box)) }

  /// The rule that decides at the nearest cells of a box.
  private func deciding(in box: Box) -> Int? {
    order.first { rule in
      literals[rule].allSatisfy { $0.holds[box.nearest[$0.variable]] }
    }
  }

  /// The parts of a box that can have another prediction.
  private func parts(of box: Box, _ rule: Int?, keeping prediction: Int) -> [Box] {
    var parts: [Box] = []
    // A rule of another class that comes before the deciding one holds.
    for other in order.prefix(while: { $0 != rule })
    where rules.rules[other].conclusion != prediction {
      var part = box.allowed
      for literal in literals[other] {
        part[literal.variable] = zip(part[literal.variable], literal.holds).map { $0 && $1 }
      }
      if part.allSatisfy({ $0.contains(true) }) { parts.append(Box(allowed: part, variables)) }
    }
    guard let rule else { return parts }
    // Or the deciding rule does not hold: the literals before one hold, and this one does not.
    var rest = box.allowed
    for literal in literals[rule] {
      var part = rest
      part[literal.variable] = zip(rest[literal.variable], literal.holds).map { $0 && !$1 }
      if part[literal.variable].contains(true) { parts.append(Box(allowed: part, variables)) }
      rest[literal.variable] = zip(rest[literal.variable], literal.holds).map { $0 && $1 }
    }
    return parts
  }
}

/// The values of a variable between which no condition changes.
private struct Cell {
  /// The value nearest to that of the row.
  var value: Double
  /// Whether the value differs from that of the row.
  var isChange: Bool
  var distance: Double
  /// Whether the value is a change to one outside the range of the variable.
  var isOutside = false

  /// Whether this cell is nearer than another one of the same variable.
  func isNearer(than other: Cell) -> Bool {
    (isOutside ? 1 : 0, isChange ? 1 : 0, distance)
      < (other.isOutside ? 1 : 0, other.isChange ? 1 : 0, other.distance)
  }
}

private struct Variable {
  let id: Feature.ID
  let cells: [Cell]

  init(
    _ id: Feature.ID, _ conditions: [Condition], levels: [String]?, value: Double, scale: Double,
    isWhole: Bool, range: ClosedRange<Double>?
  ) {
    self.id = id
    if let levels {
      var cells = levels.indices.map { level in
        Cell(
          value: Double(level), isChange: Double(level) != value,
          distance: Double(level) == value ? 0 : 1)
      }
      // A missing or unknown level may stay as it is.
      if !cells.contains(where: { !$0.isChange }) {
        cells.append(Cell(value: value, isChange: false, distance: 0))
      }
      self.cells = cells
      return
    }
    let bounds = conditions.flatMap { condition -> [Double] in
      guard case .interval(let lower, let upper, _) = condition else { return [] }
      return [lower, upper].compactMap { $0 }
    }
    let cuts = Set(bounds).sorted()
    var cells: [Cell] = []
    for index in 0...cuts.count {
      let lower = index > 0 ? cuts[index - 1] : nil
      let upper = index < cuts.count ? cuts[index] : nil
      // A number above a bound is taken within the range if one is there.
      let most = range.map(\.upperBound) ?? .infinity
      let end = (lower ?? -.infinity) < most ? min(upper ?? most, most) : upper
      var cell = Self.cell(
        above: lower, atMost: upper, value, scale, isWhole, end: end == .infinity ? nil : end)
      cell.isOutside = cell.isChange && range?.contains(cell.value) == false
      cells.append(cell)
    }
    if value.isNaN { cells.append(Cell(value: value, isChange: false, distance: 0)) }
    self.cells = cells
  }

  private static func cell(
    above lower: Double?, atMost upper: Double?, _ value: Double, _ scale: Double, _ isWhole: Bool,
    end: Double?
  ) -> Cell {
    let isAbove = lower.map { value > $0 } ?? true
    let isBelow = upper.map { value <= $0 } ?? true
    if !value.isNaN, isAbove, isBelow { return Cell(value: value, isChange: false, distance: 0) }
    if let upper, value.isNaN || value > upper {
      let whole = upper.rounded(.down)
      let fits = isWhole && (lower.map { whole > $0 } ?? true)
      return change(from: value, to: fits ? whole : upper, scale)
    }
    let next = lower.map { number(above: $0, atMost: end, from: value, isWhole) } ?? 0
    return change(from: value, to: next, scale)
  }

  /// The cell of another value; its distance is that of the value, not of the bound beside it.
  private static func change(from value: Double, to other: Double, _ scale: Double) -> Cell {
    Cell(value: other, isChange: true, distance: value.isNaN ? 1 : abs(other - value) / scale)
  }

  /// A number shortly above a bound, with at most one decimal place more than the bound.
  private static func number(
    above bound: Double, atMost limit: Double?, from value: Double, _ isWhole: Bool
  ) -> Double {
    let own = decimalPlaces(of: bound)
    let places = min(max(own, decimalPlaces(of: value)), own + 1)
    for digits in (isWhole ? [0] : []) + (places < 12 ? Array(places...places + 3) : []) {
      let power = pow(10, Double(digits))
      let next = ((bound * power).rounded(.down) + 1) / power
      if next > bound, next.isFinite, limit.map({ next <= $0 }) ?? true { return next }
    }
    return bound.nextUp
  }
}

/// The number of decimal places of a number; 12 for very small ones.
package func decimalPlaces(of value: Double) -> Int {
  guard value.isFinite else { return 0 }
  let text = shortest(value)
  if text.contains("e-") { return 12 }
  return text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
}

/// For each variable the cells that are allowed, with the nearest of them.
private struct Box {
  var allowed: [[Bool]]
  var nearest: [Int]
  var outside: Int
  var changes: Int
  var distance: Double

  /// `allowed` has a cell of every variable.
  init(allowed: [[Bool]], _ variables: [Variable]) {
    self.allowed = allowed
    nearest = []
    (outside, changes, distance) = (0, 0, 0)
    for (cells, variable) in zip(allowed, variables) {
      var best: Int?
      for cell in variable.cells.indices where cells[cell] {
        guard let known = best else {
          best = cell
          continue
        }
        if variable.cells[cell].isNearer(than: variable.cells[known]) { best = cell }
      }
      let cell = best ?? 0
      nearest.append(cell)
      if variable.cells[cell].isChange {
        outside += variable.cells[cell].isOutside ? 1 : 0
        changes += 1
        distance += variable.cells[cell].distance
      }
    }
  }
}

/// A binary heap of boxes: the fewest changes to values outside, then the fewest changes, then the smallest distance, then the first first.
private struct BoxQueue {
  private var items: [(box: Box, number: Int)] = []
  /// The number of boxes that were added.
  private(set) var count = 0

  private func precedes(_ first: Int, _ second: Int) -> Bool {
    let (a, b) = (items[first], items[second])
    return (a.box.outside, a.box.changes, a.box.distance, a.number)
      < (b.box.outside, b.box.changes, b.box.distance, b.number)
  }

  mutating func push(_ box: Box) {
    items.append((box, count))
    count += 1
    var child = items.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Box? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    if items.isEmpty { return first.box }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
        if precedes(child, least) { least = child }
      }
      if least == parent { return first.box }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
