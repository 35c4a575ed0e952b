import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// 300 rows with one label in six wrong, and a network that was trained for five epochs: labels,
/// predictions and predictions after pruning all differ.
struct NoisyRows {
  static let classes = ["a", "b", "c"]

  private static let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("espalier-noisy-" + UUID().uuidString)

  private static let made: Result<Program, any Error> = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: NoisyRows.folder) }
    var random = SeededGenerator(seed: 5)
    var lines = ["p,q,r,y"]
    for _ in 0..<300 {
      let cells = (0..<3).map { _ in Double(random.index(below: 101)) / 10 }
      let label =
        random.index(below: 6) == 0
        ? random.index(below: 3) : cells[0] + cells[1] / 4 > 7 ? 2 : cells[0] > 4 ? 1 : 0
      lines.append((cells.map { "\($0)" } + [classes[label]]).joined(separator: ","))
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8)
      .write(to: folder.appendingPathComponent("rows.csv"))
    return try Program(
      "train", "rows.csv", "-o", "net.onnx", "--epochs", "5", "--json", "--progress", "none",
      in: folder)
  }

  /// `train --json`, which wrote the network.
  let train: Program
  /// The paths of the rows and of the network.
  let file: String
  let network: String
  let table: Table
  /// Held-out rows as the tool draws them: a fifth, class by class.
  let heldOut: Table

  init() throws {
    train = try Self.made.get()
    file = Self.folder.appendingPathComponent("rows.csv").path
    network = Self.folder.appendingPathComponent("net.onnx").path
    table = try DataSource.load(file, options: ReadingOptions()).table
    heldOut = table.selecting(
      Split.stratified(table.labels, heldOut: 0.2, validation: 0.15, seed: 42).heldOut)
  }

  func model(_ path: String) throws -> Model {
    try ModelFile.read(URL(fileURLWithPath: path)).model(for: table.schema)
  }
}

/// The predicted classes of a model.
func predictions(_ model: Model, _ table: Table) -> [String] {
  model.classify(table).map { model.schema.classes[$0] }
}

/// The true classes.
func labels(_ table: Table) -> [String] { table.labels.map { table.schema.classes[$0] } }

/// The output of a successful run.
func decode<Value: Decodable>(_ run: Program, as type: Value.Type) throws -> Value {
  #expect(run.code == 0, "\(run.errorOutput)")
  return try JSONDecoder().decode(type, from: Data(run.output.utf8))
}

/// A proportion in JSON: a count and its total.
struct Share: Decodable, Equatable {
  var count: Int
  var total: Int

  init(_ count: Int, of total: Int) { (self.count, self.total) = (count, total) }

  /// The number of equal elements of two lists.
  init(_ first: [String], _ second: [String]) {
    self.init(zip(first, second).count { $0 == $1 }, of: first.count)
  }
}

/// The output of `prune --json`.
struct Pruned: Decodable {
  struct Side: Decodable {
    var parameters, weights, multiplications, neurons, inputs, fileBytes: Int
    var codedBytes: Int?
    var widths: [Int]
    var accuracy: Share
    var error: Double?
  }
  struct Flip: Decodable, Equatable {
    var row: Int
    var label: String
    var before: String
    var after: String
  }
  struct Equality: Decodable {
    var rows, changedAnswers: Int
    var largestAbsolute, largestRelative: Double
  }
  struct Round: Decodable {
    struct Cost: Decodable { var parameters, multiplications, neurons, inputs, bytes: Int }
    var round, of, removed: Int
    var cost: Cost
    var accuracy, accuracyCut: Double
  }
  struct Latency: Decodable { var ratio: Double }
  var method: String
  var seed: Int
  var before: Side
  var after: Side
  var ratios: [String: Double]
  var equality: Equality
  var agreement: Share
  var agreementByClass: [String: Share]
  var changedAnswers: Int
  var changed: [Flip]
  var rounds: [Round]
  var latency: Latency?
}
