import Foundation

/// Errors of rendering diagrams and encoding images.
public enum DrawingError: LocalizedError, Hashable, Sendable {
  /// Graphviz could not parse or render the DOT source; its own message.
  case refused(String)
  case noContext
  /// A library of Graphviz cannot be loaded, as where the address space is limited; Graphviz' own message.
  case notLoaded(String)
  case badImage(name: String)
  case noFolder(path: String)
  case pixels(expected: Int, found: Int)
  case encoder(String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .refused(let words): "Graphviz could not render the diagram: \(words)"
    case .noContext: "Graphviz could not be started"
    case .notLoaded(let words): "a library of Graphviz cannot be loaded: \(words)"
    case .badImage(let name): "the image '\(name)' is not a PNG with a plain file name"
    case .noFolder(let path): "images could not be written to '\(path)'"
    case .pixels(let expected, let found): "\(found) pixel values where \(expected) were expected"
    case .encoder(let words): "libpng could not encode the image: \(words)"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .refused: "this is likely a bug in the diagram; render it as dot to inspect its source"
    case .noContext, .notLoaded:
      "install Graphviz with its library: apt-get install libgraphviz-dev"
    case .badImage: "give PNG bytes under a name of letters, digits and hyphens with .png"
    case .noFolder: "set TMPDIR to a writable folder"
    case .pixels: "give one value per pixel for greyscale and three for RGB, in row-major order"
    case .encoder: "check the size of the image"
    }
  }
}

/// The output formats of diagrams.
public enum DrawingFormat: String, Codable, Sendable, CaseIterable {
  case svg, png, pdf, dot
}
