import Datasets
import Tensors
import Testing

/// Encoded rows by hand.
@Suite struct EncodingTests {
  /// Numbers 2, 4, 9 and a missing one: mean 5, deviation √(26/3); levels b, c, a and a missing one.
  private let table = Table(
    schema: Schema(
      features: [
        Feature("x"), Feature("c", .categorical(levels: ["a", "b", "c"])), Feature("k"),
      ], target: Target("y", .classes(names: ["p", "q"]))),
    columns: [.doubles([2, 4, 9, .nan]), .doubles([1, 2, 0, .nan]), .doubles([7, 7, 7, 7])],
    labels: [0, 1, 0, 1])

  @Test func numbersAreStandardisedAndLevelsAreFlags() {
    let encoding = Encoding(fitting: table)
    #expect(encoding.inputs.map(\.feature) == [0, 0, 1, 1, 1, 1, 2])
    let examples = encoding.encode(table)
    #expect(examples.labels == [0, 1, 0, 1] && examples.numbers.isEmpty)
    let deviation = (26.0 / 3).squareRoot()
    let expected: [[Double]] = [
      [-3 / deviation, 0, 0, 1, 0, 0, 0], [-1 / deviation, 0, 0, 0, 1, 0, 0],
      [4 / deviation, 0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1, 0],
    ]
    for row in 0..<4 {
      for column in 0..<7 {
        let found = Double(examples.inputs[row, column])
        #expect(abs(found - expected[row][column]) < 1e-6, "\(row), \(column)")
      }
    }
  }

  /// An unknown level is none of the flags, and not missing.
  @Test func unknownLevelsHaveNoFlag() {
    var other = table.selecting([0])
    other.columns[1] = .doubles([Table.unknownLevel])
    #expect(
      Array(Encoding(fitting: table).encode(other).inputs.row(0).dropFirst(2)) == [0, 0, 0, 0, 0])
  }

  /// Numbers 10, 20, 60: mean 30, deviation √(1400/3).
  @Test func numericTargetsAreStandardised() {
    var numeric = table.selecting([0, 1, 2])
    numeric.schema.target = Target("y", .numeric(unit: nil, cuts: [15]))
    numeric.numbers = [10, 20, 60]
    let encoding = Encoding(fitting: numeric)
    #expect(encoding.targetMean == 30)
    #expect(abs(encoding.targetScale - (1400.0 / 3).squareRoot()) < 1e-9)
    let numbers = encoding.encode(numeric).numbers
    for (found, number) in zip(numbers, [-20.0, -10, 30]) {
      #expect(abs(Double(found) - number / encoding.targetScale) < 1e-6)
    }
  }
}
