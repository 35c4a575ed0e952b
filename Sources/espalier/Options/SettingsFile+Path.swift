import Experiments
import Foundation

extension SettingsFile {
  /// The default settings, overridden by the file at `path` if given.
  /// - Throws: `CommandFailure` when the file cannot be read, `UnknownName` and `SettingsError`.
  init(path: String?, data: String) throws {
    guard let path else {
      self.init(data: data)
      return
    }
    guard let json = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(
        "the settings '\(path)' cannot be read", hint: "check the path", code: 66)
    }
    try self.init(data: data, json: json, named: path)
  }
}
