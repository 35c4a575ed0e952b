import Experiments
import Foundation

extension SettingsFile {
  /// The defaults, changed by the file if one is named.
  /// - Throws: `CommandFailure` where the file cannot be read, `UnknownName` and `SettingsError`.
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
