import Explanations
import Foundation
import Reports

/// The `manifest.json` of a folder computed from results: command, inputs and outputs.
public struct FolderManifest: Codable, Sendable {
  var tool = "espalier"
  var version = espalierVersion
  /// Identifier of the run: SHA-256 of settings and inputs.
  public private(set) var run: String
  var arguments: [String]
  var inputs: [Manifest.File]
  var outputs: [Manifest.File] = []

  /// `settings`: the settings that determine the outputs.
  /// `inputs`: the SHA-256 of each input, by name.
  public init(
    arguments: [String], settings: some Encodable, inputs: [(name: String, sha256: String)]
  ) {
    self.arguments = arguments
    self.inputs = inputs.map { Manifest.File(name: $0.name, sha256: $0.sha256, bytes: nil) }
    let read = self.inputs.map(\.sha256).joined()
    run = sha256(Data((sha256(of: settings) + read).utf8))
  }

  /// The files, with the manifest that lists them appended.
  /// - Throws: `EncodingError`.
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
  /// - Throws: `EncodingError`.
  public var sha256: String {
    get throws { Experiments.sha256(try ReportFolder.json(self)) }
  }
}
