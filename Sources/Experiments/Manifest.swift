import Datasets
import Foundation
import Tensors

/// What was run, from what, to what, and how long it took: the only file with times in it.
struct Manifest: Codable {
  struct File: Codable {
    var name: String
    var sha256: String
    /// `nil` for data, which may be several files.
    var bytes: Int?
  }
  struct Stage: Codable {
    var name: String
    var seconds: Double
  }

  var tool = "espalier"
  var version = espalierVersion
  /// The same for the same settings and the same bytes of input, wherever these lie.
  var run: String
  var arguments: [String]
  var experiment: Experiment
  var seed: UInt64
  var threads: Int
  var inputs: [File]
  var outputs: [File]
  var epochs: Int
  var stages: [Stage]
  var seconds: Double
  var peakMemoryBytes: Int
  var finished: String

  init(
    experiment: Experiment, arguments: [String], settings: String?, rows: Preparation,
    networks: TrainedNetworks, files: [(name: String, data: Data)],
    seconds stages: [(name: String, seconds: Double)]
  ) {
    run = rows.identity(of: experiment)
    self.experiment = experiment
    self.arguments = arguments
    seed = experiment.seed
    threads = Workers.threads
    inputs = [File(name: rows.loaded.name, sha256: rows.loaded.sha256, bytes: nil)]
    if let other = rows.heldOutSource {
      inputs.append(File(name: other.name, sha256: other.sha256, bytes: nil))
    }
    inputs += [experiment.model, settings].compactMap { $0 }.compactMap { name in
      FileManager.default.contents(atPath: name).map {
        File(name: name, sha256: sha256($0), bytes: $0.count)
      }
    }
    outputs = files.map { File(name: $0.name, sha256: sha256($0.data), bytes: $0.data.count) }
    epochs = networks.epochs
    self.stages = stages.map { Stage(name: $0.name, seconds: $0.seconds) }
    seconds = stages.reduce(0) { $0 + $1.seconds }
    peakMemoryBytes = Self.peakMemory()
    finished = Date.now.formatted(.iso8601)
  }

  func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// The largest resident size of the process so far.
  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  }
}

/// How long the stages of a run took.
struct StageClock {
  private var last = ContinuousClock.now
  private(set) var seconds: [(name: String, seconds: Double)] = []

  /// Ends a stage and begins the next.
  mutating func end(_ name: String) {
    let now = ContinuousClock.now
    let passed = last.duration(to: now)
    seconds.append(
      (name, (Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18)))
    last = now
  }
}
