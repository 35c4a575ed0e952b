import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ImportedModelTests {
  /// Two unscaled columns; the second class if both are high.
  private static let table: Table = {
    var generator = SeededGenerator(seed: 3)
    let rows = 400
    let (age, income) = (
      (0..<rows).map { _ in (20 + 60 * generator.uniform()).rounded() },
      (0..<rows).map { _ in (1000 * (10 + 90 * generator.uniform())).rounded() }
    )
    return Table(
      schema: Schema(
        features: [Feature("age"), Feature("income")],
        target: Target("granted", .classes(names: ["no", "yes"]))),
      columns: [.doubles(age), .doubles(income)],
      labels: zip(age, income).map { $0 > 45 && $1 > 40_000 ? 1 : 0 })
  }()

  /// Names of settings that a caller chooses.
  private static let names = SettingNames { "<\($0.rawValue)>" }

  /// A plain ONNX file of a network that was trained on standardised columns.
  private static func file(outputs: Int, isReversed: Bool = false) throws -> URL {
    let encoding = Encoding(fitting: table)
    let rows = encoding.encode(table)
    let layers: [any Layer] = [Dense(12), Activation(.relu), Dense(2)]
    let trained = try Trainer(epochs: 60, batch: 16, learningRate: 0.01).train(
      from: Trainer.State(start: try Network(Architecture(input: [2]) { layers }, seed: 1)),
      head: .softmax, on: rows, validation: rows, seed: 1
    ).best
    var network = trained
    let (weight, bias) = (trained.parameters[2][0].value, trained.parameters[2][1].value)
    if outputs == 1 {
      let sign: Float = isReversed ? -1 : 1
      let single: [any Layer] = [Dense(12), Activation(.relu), Dense(1)]
      network = try Network(Architecture(input: [2]) { single }, seed: 1)
      network.parameters[0] = trained.parameters[0]
      network.parameters[2][0].value = Tensor(
        (0..<12).map { sign * (weight[$0, 1] - weight[$0, 0]) }, shape: [12, 1])
      network.parameters[2][1].value = Tensor([sign * (bias[1, 0] - bias[0, 0])], shape: [1])
    }
    return try plainModelFile(of: network)
  }

  private func imported(
    _ file: URL, _ change: (inout NetworkOptions) -> Void = { _ in }
  ) throws -> ImportedModel {
    var options = NetworkOptions()
    change(&options)
    return try ImportedModel(file, options: options, table: Self.table, names: Self.names)
  }

  @Test func columnsThatWereStandardisedInTrainingAreNoticed() throws {
    let file = try Self.file(outputs: 2)
    defer { try? FileManager.default.removeItem(at: file) }
    let raw = try imported(file)
    #expect(
      raw.notes[0]
        == "\(file.lastPathComponent) reads the columns in the order of the table: age, income")
    #expect(
      raw.notes[1].contains(
        "rows correctly with the current preprocessing; always predicting 'no'"))
    #expect(raw.warnings.map(\.code) == ["inputs-fit-another-reading"])
    #expect(raw.warnings[0].text.hasSuffix("with standardised columns: <scaleInputs> standard"))
    let standard = try imported(file) { $0.scaleInputs = .standard }
    #expect(standard.warnings == [])
    let right = zip(standard.model.classify(Self.table), Self.table.labels).count { $0 == $1 }
    #expect(right >= 380)
    #expect(raw.warnings[0].figure == Double(right) / 400)
  }

  @Test func classesInTheOtherOrderAreNoticed() throws {
    let file = try Self.file(outputs: 1, isReversed: true)
    defer { try? FileManager.default.removeItem(at: file) }
    let scaled = try imported(file) { $0.scaleInputs = .standard }
    #expect(scaled.warnings.map(\.code) == ["inputs-fit-another-reading"])
    #expect(
      scaled.warnings[0].text.hasSuffix(
        "with the classes in the order yes, no: <classOrder> yes,no"))
    let ordered = try imported(file) {
      $0.scaleInputs = .standard
      $0.classOrder = ["yes", "no"]
    }
    #expect(ordered.warnings == [])
    #expect(zip(ordered.model.classify(Self.table), Self.table.labels).count { $0 == $1 } >= 380)
    // Both together: the warning names both settings.
    let raw = try imported(file)
    #expect(
      raw.warnings[0].text.hasSuffix(": <scaleInputs> standard <classOrder> yes,no"))
  }

  /// Of ten classes in any order, some order is right on more rows than the given one, whatever the
  /// network computes.
  @Test func anOrderOfClassesThatFitsNoiseIsNotSuggested() throws {
    for seed in UInt64(0)..<6 {
      var generator = SeededGenerator(seed: seed)
      let table = Table(
        schema: Schema(
          features: (0..<6).map { Feature(Feature.ID("x\($0)")) },
          target: Target("digit", .classes(names: (0..<10).map { "\($0)" }))),
        columns: (0..<6).map { _ in .doubles((0..<900).map { _ in generator.normal() }) },
        labels: (0..<900).map { _ in generator.index(below: 10) })
      let network = try Network(Architecture(input: [6]) { Dense(10) }, seed: seed)
      let file = try plainModelFile(of: network)
      defer { try? FileManager.default.removeItem(at: file) }
      let found = try ImportedModel(
        file, options: NetworkOptions(), table: table, names: Self.names)
      #expect(!found.warnings.contains { $0.code == "inputs-fit-another-reading" })
      // The order that reverses another network's classes is.
      var reversed = table
      let model = found.model
      reversed.labels = model.classify(table).map { 9 - $0 }
      let wrong = try ImportedModel(
        file, options: NetworkOptions(), table: reversed, names: Self.names)
      #expect(
        wrong.warnings.first?.text.hasSuffix(
          "with the classes in the order 9, 8, 7, 6, 5, 4, 3, 2, 1, 0: "
            + "<classOrder> 9,8,7,6,5,4,3,2,1,0") == true)
    }
  }

  @Test func aNetworkThatFitsNoReadingIsNearTheMajority() throws {
    var network = try Network(
      Architecture(input: [2]) {
        Dense(3)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    for node in [0, 2] {
      let shape = network.parameters[node][0].value.shape
      network.parameters[node][0].value = Tensor(shape: shape)
    }
    network.parameters[2][1].value = Tensor([1, 0], shape: [2])
    let file = try plainModelFile(of: network)
    defer { try? FileManager.default.removeItem(at: file) }
    let found = try imported(file)
    #expect(found.warnings.map(\.code) == ["network-near-majority"])
  }

  @Test func optionsThatDoNotApplyAreRefused() throws {
    let file = try Self.file(outputs: 2)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: PixelError.nothingToScale) { try imported(file) { $0.pixelMean = [0] } }
    #expect(throws: ModelFileError.self) { try imported(file) { $0.classOrder = ["no", "maybe"] } }
    let own = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID()).onnx")
    defer { try? FileManager.default.removeItem(at: own) }
    let model = try imported(file).model
    try ModelFile.write(model, to: own)
    let back = try imported(own)
    #expect(back.notes == [] && back.warnings == [])
    #expect(throws: PixelError.described(.scaleInputs)) {
      try imported(own) { $0.scaleInputs = .standard }
    }
    #expect(throws: PixelError.described(.classOrder)) {
      try imported(own) { $0.classOrder = ["no", "yes"] }
    }
  }

  @Test func theBestClassOrderIsFoundByExchanges() {
    withEverySeed(50) { generator in
      let classes = 2 + generator.index(below: 8)
      var order = Array(0..<classes)
      generator.shuffle(&order)
      let labels = (0..<600).map { _ in generator.index(below: classes) }
      let outputOfClass = Dictionary(
        uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
      let predictions = labels.map { label in
        generator.uniform() < 0.8
          ? outputOfClass[label] ?? 0 : generator.index(below: classes)
      }
      let found = ClassOrder(predictions: predictions, labels: labels, classes: classes)
      #expect(found.classOfOutput == order)
    }
  }
}
