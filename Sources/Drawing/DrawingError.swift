import Foundation

/// What can go wrong between a description and an image.
public enum DrawingError: LocalizedError, Hashable, Sendable {
  /// Graphviz could not read or draw the description; its own words.
  case refused(String)
  case noContext
  case badImage(name: String)
  case noFolder(path: String)
  case pixels(expected: Int, found: Int)
  case encoder(String)

  public var errorDescription: String? {
    switch self {
    case .refused(let words): "Graphviz refused the drawing: \(words)"
    case .noContext: "Graphviz could not be started"
    case .badImage(let name): "the image '\(name)' is not a PNG with a plain file name"
    case .noFolder(let path): "images could not be written to '\(path)'"
    case .pixels(let expected, let found): "\(found) pixel values where \(expected) were expected"
    case .encoder(let words): "libpng refused the image: \(words)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .refused: "this is likely a fault of the diagram; draw it as dot to see what was asked"
    case .noContext: "install Graphviz with its library: apt-get install libgraphviz-dev"
    case .badImage: "give PNG bytes under a name of letters, digits and hyphens with .png"
    case .noFolder: "set TMPDIR to a folder that can be written to"
    case .pixels: "give one value a pixel for grey and three for colour, row by row"
    case .encoder: "check the size of the image"
    }
  }
}

/// What a drawing can be written as.
public enum DrawingFormat: String, Codable, Sendable, CaseIterable {
  case svg, png, pdf, dot
}
