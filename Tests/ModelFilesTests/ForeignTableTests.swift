import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// The tables of imported networks, and the effect of their output activations on predictions.
@Suite struct ForeignTableTests {
  private func exported(_ name: String) throws -> ImportedNetwork {
    try ModelFile.read(ModelFixtures.folder.appending(path: "exported/\(name).onnx"))
  }

  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? any LocalizedError)?.errorDescription
    }
  }

  private func table(
    _ columns: [(String, [Double])], classes: [String] = ["no", "yes"], lines: [Int]? = nil
  ) -> Table {
    Table(
      schema: Schema(
        features: columns.map { Feature(.init($0.0)) },
        target: Target("y", .classes(names: classes))),
      columns: columns.map { .doubles($0.1) }, labels: columns[0].1.map { _ in 0 },
      rowNumbers: lines)
  }

  @Test func wholeNumbersAreAskedFor() throws {
    let imported = try exported("pipelines-renamed")
    let ages = ("Age (years)", [40.5, 20, 33])
    #expect(throws: Never.self) {
      try imported.fitting([table([ages, ("#visits", [1, 2, 3])])])
    }
    #expect(
      failure {
        _ = try imported.fitting([table([ages, ("#visits", [1, 2.5, 3])], lines: [4, 6, 9])])
      }
        == "the input takes whole numbers, #visits has 2.5 in row 6")
    #expect(
      failure { _ = try imported.fitting([table([ages, ("#visits", [1, 2, .nan])])]) }
        == "the input takes whole numbers, #visits has no value in row 3")
    let error = ModelFileError.fraction(column: "a", value: "1.5", at: "row 2")
    #expect(
      error.recoverySuggestion
        == "export the network with an input of floats, or round the column as it was in training")
  }

  @Test func numbersThatAreReadAsLevelsBecomeLevels() throws {
    let imported = try exported("pipelines-levels-of-numbers")
    let size = Table(
      schema: Schema(
        features: [
          Feature("size", .categorical(levels: ["large", "small"])), Feature("Age (years)"),
          Feature("#visits"),
        ], target: Target("y", .classes(names: ["no", "yes"]))),
      columns: [.doubles([0, 1, 0]), .doubles([30, 40, 50]), .doubles([5, 0, 12])],
      labels: [0, 0, 0])
    let fitting = try #require(try imported.fitting([size]).first)
    #expect(fitting.schema.features[2].levels == ["0", "1", "2", "3", "4", "5", "12"])
    #expect(fitting.columns[2] == .doubles([5, 0, 6]))
    #expect(fitting.columns[0] == size.columns[0])
    let model = try imported.model(for: fitting.schema)
    #expect(model.encoding.inputs.first?.kind == .level(index: 0))
    // Training and held-out rows have the same levels.
    var other = size
    other.columns[2] = .doubles([7, 7, 0])
    let both = try imported.fitting([size, other])
    #expect(both[0].schema == both[1].schema)
    #expect(both[1].columns[2] == .doubles([6, 6, 0]))
  }

  @Test func columnsMeetTheNamesThatExportersMakeOfThem() throws {
    let imported = try exported("pipelines-renamed")
    func refusal(_ names: [String]) -> String? {
      failure {
        _ = try imported.model(for: table(names.map { ($0, [1.0]) }).schema)
      }
    }
    #expect(refusal(["Age (years)", "#visits"]) == nil)
    #expect(refusal(["Age__years_", "_visits", "Age (years)"]) == nil)
    #expect(refusal(["Age (years)", "visits"]) == "the data have no column '_visits'")
    #expect(
      refusal(["Age (years)", "#visits", "Age [years]"])
        == "the columns 'Age (years)' and 'Age [years]' may both be the model's input 'Age__years_'"
    )
  }

  @Test func numericTargetsKeepTheWholeEnd() throws {
    let imported = try exported("operators-sigmoid-as-number")
    var schema = table((0..<4).map { ("x\($0)", [1.0]) }).schema
    #expect(try imported.model(for: schema).network.architecture.summary.last == "dense 1")
    schema.target.kind = .numeric(unit: nil, cuts: [0])
    #expect(try imported.model(for: schema).network.architecture.summary.last == "sigmoid")
  }

  @Test func oneOutputOfAnUnknownScaleIsNotOfTwoClasses() throws {
    let schema = table((0..<4).map { ("x\($0)", [1.0]) }).schema
    #expect(
      failure { _ = try exported("operators-sigmoid-number").model(for: schema) }
        == "the single output of the network is scaled or summed after its last activation: the "
        + "threshold between two classes is known for outputs from 0 to 1 or around 0, and for logits"
    )
  }

  /// Outputs are permuted with their classes, with any layers after the last dense layer.
  @Test func classesInAnotherOrderTakeTheirScoresAlong() throws {
    let models = try ExportedModel.all("pipelines")
    let expected = try #require(models.first { $0.name == "pipelines-logistic-two" }).model
    let imported = try exported("pipelines-logistic-two")
    for classes in [["0", "1"], ["1", "0"]] {
      var table = expected.table
      table.schema.target.kind = .classes(names: classes)
      let model = try imported.model(for: table.schema)
      #expect(model.classify(table).map { model.schema.classes[$0] } == expected.labels)
    }
  }
}
