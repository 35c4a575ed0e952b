import Datasets
import Foundation
import Tensors

/// The `manifest.json` of a run: settings, inputs, outputs and durations; no other file has times.
struct Manifest: Codable {
  struct File: Codable {
    var name: String
    var sha256: String
    /// Size in bytes; `nil` for data, which may be several files.
    var bytes: Int?
  }
  struct Stage: Codable {
    var name: String
    var seconds: Double
  }

  var tool = "espalier"
  var version = espalierVersion
  /// Identifier of the run: SHA-256 of settings and contents of the inputs.
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

  /// The peak resident set size of the process in bytes.
  private static func peakMemory() -> Int {
    // The figure of getrusage is that of the parent process where that was larger.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      if let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
        Int($0)
      }) {
        return kilobytes * 1024
      }
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  }
}

/// The durations of the stages of a run.
struct StageClock {
  private var last = ContinuousClock.now
  private(set) var seconds: [(name: String, seconds: Double)] = []

  /// Ends the current stage and starts the next.
  mutating func end(_ name: String) {
    let now = ContinuousClock.now
    let passed = last.duration(to: now)
    seconds.append(
      (name, (Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18)))
    last = now
  }
}
