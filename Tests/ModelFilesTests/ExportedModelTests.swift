import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// Models exported by scikit-learn, PyTorch and Keras: `Tests/Fixtures/models/exporters`.
struct ExportedModel: Decodable {
  enum Cell: Decodable, Hashable {
    case number(Double)
    case text(String)
    case missing

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .missing
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double { if case .number(let number) = self { number } else { .nan } }
  }

  var columns: [String]
  var rows: [[Cell]]
  var head: String?
  /// The outputs of onnxruntime, after the file's softmax or sigmoid.
  var scores: [[Double]]
  var classes: [String]?
  var labels: [String]?

  static let exporters = [
    "sklearn", "pytorch", "keras", "operators", "activations", "keras-activations", "pipelines",
    "versions", "boundaries", "linear", "limits",
  ]

  /// Whether the labels are compared and not the scores.
  var labelsAlone: Bool { head == "labels" || head == "threshold" }

  static func all(_ exporter: String) throws -> [(name: String, model: ExportedModel)] {
    let file = ModelFixtures.folder.appending(path: "exported/\(exporter).json")
    let models = try JSONDecoder().decode(
      [String: ExportedModel].self, from: Data(contentsOf: file))
    return models.sorted { $0.key < $1.key }.map { (name: $0.key, model: $0.value) }
  }

  /// The classes of the data, in another order than the file's if the file names them.
  var dataClasses: [String] {
    classes.map { $0.reversed() } ?? (0..<max(scores[0].count, 2)).map { "class \($0)" }
  }

  var table: Table {
    var features: [Feature] = []
    var cells: [Column] = []
    for (index, name) in columns.enumerated() {
      let own = rows.map { $0[index] }
      let levels = Set(own.compactMap(\.text)).sorted().reversed().map { $0 }
      features.append(
        Feature(.init(name), levels.isEmpty ? .numeric(unit: nil) : .categorical(levels: levels)))
      cells.append(
        .doubles(
          own.map { cell in
            cell.text.flatMap { levels.firstIndex(of: $0) }.map(Double.init) ?? cell.number
          }))
    }
    let target: Target.Kind =
      head == "number"
      ? .numeric(unit: nil, cuts: [0]) : .classes(names: dataClasses)
    return Table(
      schema: Schema(features: features, target: Target("y", target)), columns: cells,
      labels: [Int](repeating: 0, count: rows.count))
  }
}

@Suite struct ExportedModelTests {
  /// The outputs after the file's last node. The data's classes are the file's in reverse, so for
  /// two classes the first has the probability 1 - p.
  private func finished(_ outputs: Tensor, _ model: ExportedModel) -> [[Double]] {
    let isSoftmax = model.head == "softmax" || model.head == "log-softmax"
    let ended = isSoftmax ? outputs.softmax : outputs
    return (0..<ended.rows).map { row in
      var values = ended.row(row).map(Double.init)
      if model.head == "log-softmax" { values = values.map { Foundation.log($0) } }
      if model.head == "one-vs-rest" || model.head == "pair" {
        values = values.map { 1 / (1 + Foundation.exp(-$0)) }
      }
      if model.head == "pair" { return [1 - values[0], values[0]] }
      if model.classes == nil { return values }
      return values.count == 1 ? [values[0], 1 - values[0]] : values.reversed()
    }
  }

  /// A file, and the rows as its network reads them.
  private func read(
    _ file: URL, _ expected: ExportedModel
  ) throws -> (network: ImportedNetwork, table: Table) {
    let imported = try ModelFile.read(file)
    return (imported, try #require(try imported.fitting([expected.table]).first))
  }

  @Test(arguments: ExportedModel.exporters)
  func theyPredictAsInAnotherRuntime(_ exporter: String) throws {
    for (name, expected) in try ExportedModel.all(exporter) {
      let file = ModelFixtures.folder.appending(path: "exported/\(name).onnx")
      let (imported, table) = try read(file, expected)
      let model = try imported.model(for: table.schema)
      let found = finished(model.outputs(for: table), expected)
      for (row, wanted) in zip(found, expected.scores) where !expected.labelsAlone {
        let difference = zip(row, wanted).map { abs($0 - $1) }.max() ?? .infinity
        #expect(row.count == wanted.count && difference < 1e-5, "\(name): \(difference)")
      }
      guard let labels = expected.labels else { continue }
      #expect(model.classify(table).map { model.schema.classes[$0] } == labels, "\(name)")
    }
  }

  @Test(arguments: ExportedModel.exporters)
  func theySurviveWritingExactly(_ exporter: String) throws {
    for (name, expected) in try ExportedModel.all(exporter) {
      let file = ModelFixtures.folder.appending(path: "exported/\(name).onnx")
      let (imported, table) = try read(file, expected)
      let model = try imported.model(for: table.schema)
      let data = try ModelFile.data(for: model)
      let again = try ModelFile.read(data: data, name: name)
      #expect(try again.model(for: model.schema) == model, "\(name)")
      try ModelFixtures.checkWritten(data, name)
    }
  }

  /// Both exporters of PyTorch give the same network.
  @Test func oneNetworkIsReadAlikeFromBothExporters() throws {
    for name in [
      "mlp", "elu", "tanh", "convolution", "residual", "view", "normalised", "skip", "halves",
    ] {
      func read(_ exporter: String) throws -> Network {
        try ModelFile.read(
          ModelFixtures.folder.appending(path: "exported/pytorch-\(name)-\(exporter)-20.onnx")
        ).network
      }
      let (first, second) = (try read("script"), try read("dynamo"))
      let rows = Tensor(
        (0..<2 * first.architecture.input.count).map { Float($0 % 7) / 3 - 1 },
        shape: [2, first.architecture.input.count])
      let difference = zip(first(rows).elements, second(rows).elements).map { abs($0 - $1) }.max()
      #expect(try #require(difference) < 1e-5, "\(name)")
    }
  }

  /// Rules over a pipeline's preprocessing use the columns of the data.
  @Test func preprocessingBecomesTheEncoding() throws {
    let models = try Dictionary(
      uniqueKeysWithValues: ExportedModel.all("sklearn").map { ($0.name, $0.model) })
    let expected = try #require(models["sklearn-columns"])
    let file = ModelFixtures.folder.appending(path: "exported/sklearn-columns.onnx")
    let schema = expected.table.schema
    let model = try ModelFile.read(file).model(for: schema)
    #expect(model.encoding.width == 7)
    #expect(model.encoding.inputs.map(\.feature) == [0, 1, 2, 2, 2, 3, 3])
    let levels = schema.features[2].levels
    #expect(
      model.encoding.inputs[2].kind == .level(index: try #require(levels?.firstIndex(of: "cook"))))
  }

  @Test func columnsThatDoNotFitAreNamed() throws {
    func failure(_ name: String, _ schema: Schema) throws -> String? {
      let imported = try ModelFile.read(
        ModelFixtures.folder.appending(path: "exported/sklearn-\(name).onnx"))
      do {
        _ = try imported.model(for: schema)
        return nil
      } catch let error as ModelFileError {
        return error.errorDescription
      }
    }
    let models = try Dictionary(
      uniqueKeysWithValues: ExportedModel.all("sklearn").map { ($0.name, $0.model) })
    var schema = try #require(models["sklearn-columns"]).table.schema
    schema.features[0] = Feature("years")
    #expect(try failure("columns", schema) == "the data have no column 'age'")
    schema.features[0] = Feature("age", .categorical(levels: ["young", "old"]))
    #expect(
      try failure("columns", schema)
        == "the column 'age' holds levels where the model reads numbers")
    schema = try #require(models["sklearn-columns"]).table.schema
    schema.features[2] = Feature("job")
    #expect(
      try failure("columns", schema)
        == "the column 'job' holds numbers where the model reads levels")
    schema = try #require(models["sklearn-imputed"]).table.schema
    schema.features.removeLast()
    #expect(
      try failure("imputed", schema) == "the data have 3 columns where the model reads 4")
    schema = try #require(models["sklearn-names"]).table.schema
    schema.target.kind = .classes(names: ["setosa", "tulip"])
    #expect(
      try failure("names", schema) == "the class 'tulip' is not a class of the model")
  }

  @Test(arguments: [
    ("sklearn", "columns"), ("sklearn", "zipmap"), ("pytorch", "view-script-13"),
    ("keras", "convolution-13"), ("pipelines", "ordinal-scaled"), ("pipelines", "logistic-two"),
    ("operators", "functions"), ("operators", "layer-norm-spelled"),
    ("operators", "quantized-units"),
    ("operators", "prelu-convolution"), ("keras-activations", "elu"),
  ])
  func changedBytesNeverTrap(_ exporter: String, _ short: String) throws {
    let name = "\(exporter)-\(short)"
    let data = try Data(contentsOf: ModelFixtures.folder.appending(path: "exported/\(name).onnx"))
    let table = try #require(ExportedModel.all(exporter).first { $0.name == name }).model.table
    var (read, refused) = (0, 0)
    for position in data.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var changed = data
        changed[position] ^= change
        do {
          let imported = try ModelFile.read(data: changed, name: "changed.onnx")
          if let fitting = try imported.fitting([table]).first {
            _ = try imported.model(for: fitting.schema)
          }
          read += 1
        } catch {
          #expect(error is ModelFileError || error is NetworkError)
          refused += 1
        }
      }
    }
    #expect(read > 0 && refused > 0)
  }
}
