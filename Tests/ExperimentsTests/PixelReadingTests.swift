import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

/// Networks whose pixels are fed in another way than they were trained with.
@Suite struct PixelReadingTests {
  private static let names = SettingNames { "<\($0.rawValue)>" }

  /// Rows of whole numbers from 0 to 255 with a mean near a share of 255.
  private func bytes(
    _ columns: Int, mean: Double = 0.5, image: ImageShape?, labels: [Int]
  ) -> Table {
    let power = 1 / mean - 1
    var generator = SeededGenerator(seed: 5)
    return Table(
      schema: Schema(
        features: (0..<columns).map { Feature(Feature.ID("p\($0)")) },
        target: Target("y", .classes(names: ["no", "yes"])), image: image),
      columns: (0..<columns).map { _ in
        .doubles(labels.map { _ in (255 * pow(generator.uniform(), power)).rounded() })
      }, labels: labels)
  }

  private let none = [Int](repeating: 0, count: 400)

  /// The table with the predictions of a network as labels, read with settings.
  private func labelled(_ table: Table, by file: URL, _ options: NetworkOptions) throws -> Table {
    var table = table
    let model = try ImportedModel(file, options: options, table: table, names: Self.names).model
    table.labels = model.classify(table)
    return table
  }

  /// A network over RGB images takes greyscale images with three equal channels, and says so.
  @Test func greyscaleImagesForRGB() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/given/channels-first.onnx")
    let image = ImageShape(height: 4, width: 4, channels: 1, maximum: 255)
    let grey = bytes(16, image: image, labels: none)
    let colours = try #require(grey.greyscale(as: [4, 4, 3]))
    let (first, second) = try (
      ImportedModel(file, options: NetworkOptions(), table: grey, names: Self.names),
      ImportedModel(file, options: NetworkOptions(), table: colours, names: Self.names)
    )
    #expect(first.table == second.table && first.table == colours)
    #expect(
      first.model.outputs(for: first.table).elements
        == second.model.outputs(for: second.table).elements)
    #expect(first.notes.contains(Table.repeatedChannelsNote))
    #expect(!second.notes.contains(Table.repeatedChannelsNote))
  }

  /// The range in which a network of another program gets pixels is said, as data and options give it.
  @Test func theRangeOfThePixelsIsSaid() throws {
    let network = try Network(Architecture(input: [4]) { Dense(2) }, seed: 1)
    let file = try plainModelFile(of: network)
    defer { try? FileManager.default.removeItem(at: file) }
    let image = ImageShape(height: 2, width: 2, channels: 1, maximum: 255)
    let table = bytes(4, image: image, labels: none)
    func notes(_ options: NetworkOptions) throws -> [String] {
      try ImportedModel(file, options: options, table: table, names: Self.names).notes
    }
    let name = file.lastPathComponent
    #expect(
      try notes(NetworkOptions()).contains("\(name) gets the pixels, 0 to 255, as 0 to 255"))
    var options = NetworkOptions()
    (options.pixelMean, options.pixelDeviation) = ([0.5], [0.25])
    #expect(
      try notes(options).contains("\(name) gets the pixels, 0 to 255, as \u{2212}2 to 2"))
    let columns = bytes(4, image: nil, labels: none)
    #expect(
      try ImportedModel(file, options: NetworkOptions(), table: columns, names: Self.names).notes
        .allSatisfy { !$0.contains("gets the pixels") })
  }

  @Test(arguments: [
    (3, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], "ImageNet"),
    (3, [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616], "CIFAR-10"),
    (1, [0.1307], [0.3081], "MNIST"),
    (1, [0.286], [0.353], "Fashion-MNIST"),
  ])
  func publishedNormalisationsAreTried(
    _ channels: Int, _ mean: [Double], _ deviation: [Double], _ name: String
  ) throws {
    // A weighted sum of the normalised pixels decides.
    var network = try Network(Architecture(input: [4 * channels]) { Dense(2) }, seed: 1)
    let weights = (0..<8 * channels).map { place -> Float in
      let size = Float(1 + place / 2 % 5)
      return place % 2 == 0 ? -size : size
    }
    network.parameters[0][0].value = Tensor(weights, shape: [4 * channels, 2])
    let file = try plainModelFile(of: network)
    defer { try? FileManager.default.removeItem(at: file) }
    let image = ImageShape(height: 2, width: 2, channels: channels, maximum: 255)
    var options = NetworkOptions()
    (options.pixelMean, options.pixelDeviation) = (mean, deviation)
    // The data have other means than those of the normalisation.
    let pixels = bytes(4 * channels, mean: 1.3 * mean[0], image: image, labels: none)
    let table = try labelled(pixels, by: file, options)
    let raw = try ImportedModel(file, options: NetworkOptions(), table: table, names: Self.names)
    let list = { (numbers: [Double]) in numbers.map { "\($0)" }.joined(separator: ",") }
    #expect(raw.warnings.map(\.code) == ["inputs-fit-another-reading"])
    #expect(
      raw.warnings[0].text.hasSuffix(
        "400 of 400 (100.0 %) with pixels normalised as for \(name): "
          + "<pixelMean> \(list(mean)) <pixelDeviation> \(list(deviation))"))
    #expect(raw.warnings[0].figure == 1)
    let right = try ImportedModel(file, options: options, table: table, names: Self.names)
    #expect(right.warnings.isEmpty)
  }

  @Test func aMeanInTheUnitsOfTheFileIsNoted() throws {
    let network = try Network(Architecture(input: [12]) { Dense(2) }, seed: 1)
    let file = try plainModelFile(of: network)
    defer { try? FileManager.default.removeItem(at: file) }
    let image = ImageShape(height: 2, width: 2, channels: 3, maximum: 255)
    let table = bytes(12, image: image, labels: none)
    let note =
      "<pixelMean> 123.7: the mean applies to pixels divided by 255, in 0...1; a mean of 123.7 in the units "
      + "of the images is 0.4851"
    for (mean, isNoted) in [([0.9, 123.7, 0.1], true), ([1], false), ([0, 0.5, 1], false)] {
      var options = NetworkOptions()
      options.pixelMean = mean
      let notes = try ImportedModel(file, options: options, table: table, names: Self.names).notes
      #expect(notes.contains(note) == isNoted, "\(notes)")
      #expect(notes.contains { $0.contains("the mean applies") } == isNoted)
    }
  }

  /// A network that makes images of the columns of a table takes the settings of pixels.
  @Test func columnsOfPixelsAreScaledAsImages() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/given/rows-of-pixels.onnx")
    var options = NetworkOptions()
    (options.pixelMean, options.pixelDeviation) = ([0.5], [0.5])
    let table = try labelled(bytes(16, image: nil, labels: none), by: file, options)
    #expect(Set(table.labels).count == 2)
    let raw = try ImportedModel(file, options: NetworkOptions(), table: table, names: Self.names)
    #expect(
      raw.warnings.map(\.text).contains {
        $0.hasSuffix(
          "400 of 400 (100.0 %) with pixels scaled to -1...1: <pixelMean> 0.5 <pixelDeviation> 0.5")
      })
    let scaled = try ImportedModel(file, options: options, table: table, names: Self.names)
    #expect(scaled.warnings.isEmpty)
    #expect(scaled.model.classify(table) == table.labels)
  }
}
