import Foundation

/// The user's folder of fetched data sets.
public struct DatasetStore {
  public let root: URL

  public init(folder: URL? = nil) {
    let environment = ProcessInfo.processInfo.environment
    if let folder {
      root = folder
    } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      root = URL(fileURLWithPath: data + "/espalier/datasets")
    } else {
      root = FileManager.default.homeDirectoryForCurrentUser
        .appendingPathComponent(".local/share/espalier/datasets")
    }
  }

  /// Where a fetched data set lies, if it is there.
  public func folder(of name: String) -> URL? {
    let folder = root.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }
}
