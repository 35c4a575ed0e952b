import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Pruning
import Reports

/// The readers of input from outside.
enum FuzzTarget: String, CaseIterable {
  case csv, schema, idx, cifar, png, onnx, coded, result, config, plan, checkpoint

  /// Reads the bytes as the tool would, and uses what was read.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .csv:
      let data = try DataSource.load(bytes: bytes, named: "rows.csv")
      _ = Encoding(fitting: data.table).encode(data.table)
    case .schema:
      try Self.files.write(bytes, to: "schema/schema.json")
      try Self.files.write(Array("a,b,y\n1,2,p\n3,4,q\n5,,p\n".utf8), to: "schema/data.csv")
      _ = try DataSource.load(Self.files.path("schema"))
    case .idx:
      // The first two bytes say how much of the input is images; the rest is labels.
      let cut = min(bytes.count, bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) })
      try Self.files.write(Array(bytes.dropFirst(2).prefix(cut)), to: "idx/train-images-idx3-ubyte")
      try Self.files.write(Array(bytes.dropFirst(2 + cut)), to: "idx/train-labels-idx1-ubyte")
      _ = try DataSource.load(Self.files.path("idx"))
    case .cifar:
      try Self.files.write(bytes, to: "cifar/data_batch_1.bin")
      _ = try DataSource.load(Self.files.path("cifar"))
    case .png:
      // Without right checksums a chunk is not read.
      try Self.files.write(PNGChunks.withChecksums(bytes), to: "png/a/1.png")
      let data = try DataSource.load(Self.files.path("png"))
      guard data.table.columns.count <= 1 << 16 else { return }
      _ = Encoding(fitting: data.table).encode(data.table)
    case .onnx, .coded:
      let name = self == .onnx ? "model.onnx" : "model.espalier"
      let imported = try ModelFile.read(data: Data(bytes), name: name)
      let inputs = imported.network.architecture.input.count
      guard inputs <= 4096, imported.network.macs <= 10_000_000 else { return }
      let outputs = try imported.network.architecture.shapes().last?.count ?? 0
      guard outputs <= 1000 else { return }
      let schema =
        imported.schema
        ?? Schema(
          features: (0..<inputs).map { Feature(.init("x\($0)")) },
          target: Target("y", .classes(names: (0..<max(outputs, 2)).map { "c\($0)" })))
      let model = try imported.model(for: schema)
      let table = Table(
        schema: model.schema,
        columns: model.schema.features.map { _ in Column.doubles([0, 1]) }, labels: [0, 0])
      _ = model.classify(table)
      _ = try ModelFile.data(for: model)
    case .result:
      let explanation = try ReportFolder.explanation(from: Data(bytes))
      try explanation.checkRules()
      _ = try ReportFolder.files(for: explanation, formats: [.json, .text])
      _ = Report(explanation).blocks
    case .config:
      let settings = try SettingsFile(data: "rows.csv", json: Data(bytes), named: "settings.json")
      _ = try JSONEncoder().encode(settings.experiment)
    case .plan:
      let plan = try JSONDecoder().decode(PruningPlan.self, from: Data(bytes))
      _ = try Self.network.masked(by: plan)
      _ = try Self.network.compacted(by: plan)
    case .checkpoint:
      // As it is, and as a value whose sum was computed anew after the change.
      let format = CheckpointFile(fingerprint: String(repeating: "0", count: 64))
      _ = format.value(in: Data(bytes), as: Trainer.State.self)
      let signed = format.contents(encoded: Data(bytes))
      if let state = format.value(in: signed, as: FeatureLayer.State.self) {
        _ = try format.contents(of: state)
      }
      if let state = format.value(in: signed, as: Trainer.State.self) {
        _ = try format.contents(of: state)
      }
    }
  }

  private static let files = FuzzFiles()

  private static let network: Network = {
    let architecture = Architecture(input: [4]) {
      Dense(5)
      Activation(.relu)
      Dense(3)
      Activation(.sigmoid)
      Dense(2)
    }
    guard let network = try? Network(architecture, seed: 1) else { exit(1) }
    return network
  }()
}

/// A folder in memory for the readers that read files.
struct FuzzFiles {
  private let folder: URL

  init() {
    let memory = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    folder = URL(filePath: "\(memory)/espalier-fuzz-\(getpid())")
    for name in ["schema", "idx", "cifar", "png/a"] {
      try? FileManager.default.createDirectory(
        at: folder.appending(path: name), withIntermediateDirectories: true)
    }
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }
}
