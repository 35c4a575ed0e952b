import Explanations
import Foundation
import Reports

/// The `manifest.json` of a folder that is made from results: what was run, from what, to what.
public struct FolderManifest: Codable, Sendable {
  var tool = "espalier"
  var version = espalierVersion
  /// What identifies the run: the same for the same settings and the same input.
  public private(set) var run: String
  var arguments: [String]
  var inputs: [Manifest.File]
  var outputs: [Manifest.File] = []

  /// `settings`: what decides the files beside the inputs.
  /// `inputs`: the SHA-256 of what is read, by name.
  public init(
    arguments: [String], settings: some Encodable, inputs: [(name: String, sha256: String)]
  ) {
    self.arguments = arguments
    self.inputs = inputs.map { Manifest.File(name: $0.name, sha256: $0.sha256, bytes: nil) }
    let read = self.inputs.map(\.sha256).joined()
    run = sha256(Data((sha256(of: settings) + read).utf8))
  }

  /// The files with the manifest that lists them.
  /// - Throws: what JSON cannot hold.
  public func added(
    to files: [(name: String, data: Data)]
  ) throws -> [(name: String, data: Data)] {
    var copy = self
    copy.outputs = files.map {
      Manifest.File(name: $0.name, sha256: sha256($0.data), bytes: $0.data.count)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return files + [(name: "manifest.json", data: try encoder.encode(copy) + Data("\n".utf8))]
  }
}

extension Explanation {
  /// The SHA-256 of its `explanation.json`.
  /// - Throws: what JSON cannot hold.
  public var sha256: String {
    get throws { Experiments.sha256(try ReportFolder.json(self)) }
  }
}
