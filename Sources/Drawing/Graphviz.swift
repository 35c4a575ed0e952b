import CGraphviz
import Foundation
import Synchronization

/// Renders diagrams in the DOT language with the Graphviz library, in process and without a
/// display.
///
/// Graphviz is not thread-safe, even with separate contexts, so all calls hold one lock. Every
/// Graphviz warning or error is thrown; no incomplete diagram is returned.
public enum Graphviz {
  /// The version of the Graphviz library.
  public static var version: String {
    lock.withLock { _ in
      guard let context = gvContext() else { return "unknown" }
      defer { gvFreeContext(context) }
      return gvcVersion(context).map { String(cString: $0) } ?? "unknown"
    }
  }

  /// Renders a graph.
  /// - Parameters:
  ///   - dot: the graph in the DOT language; control characters are removed.
  ///   - format: the output format.
  ///   - images: PNG bytes by the names used in `IMG SRC` or `image`; in SVG they are embedded.
  ///   - placement: changes of the layout; by default none.
  ///   - title: the accessible label of the diagram; SVG only.
  ///   - description: the accessible description of the diagram; SVG only.
  /// - Returns: the bytes of the file.
  /// - Throws: `DrawingError` if Graphviz reports an error or warning, or an image is invalid.
  public static func render(
    _ dot: String, as format: DrawingFormat, images: [String: Data] = [:],
    placement: Placement? = nil, title: String = "", description: String = ""
  ) throws(DrawingError) -> Data {
    var text = dot.withoutControlCharacters
    if images.isEmpty {
      return try finish(
        draw(text, as: format, placement), format, [:], [:], title, description)
    }
    for (name, data) in images where !isPlain(name) || !data.starts(with: pngSignature) {
      throw .badImage(name: name)
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-drawing-" + UUID().uuidString, isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String: String] = [:]
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      for (name, data) in images {
        let file = folder.appendingPathComponent(name)
        try data.write(to: file)
        paths[name] = file.path
      }
    } catch {
      throw .noFolder(path: folder.path)
    }
    // Graphviz caches images by name for the life of the process, so unique full paths are used.
    for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
      text = text.replacingOccurrences(of: "\"\(name)\"", with: "\"\(path)\"")
    }
    return try finish(
      draw(text, as: format, placement), format, images, paths, title, description)
  }

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static func isPlain(_ name: String) -> Bool {
    name.hasSuffix(".png")
      && name.dropLast(4).utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
      }
  }

  private static func finish(
    _ data: Data, _ format: DrawingFormat, _ images: [String: Data], _ paths: [String: String],
    _ title: String, _ description: String
  ) -> Data {
    switch format {
    case .svg:
      var markup = SVGMarkup(String(decoding: data, as: UTF8.self))
      for (name, path) in paths { markup.embed(images[name] ?? Data(), insteadOf: path) }
      markup.dropUnsafeLinks()
      markup.describe(title: title, description: description)
      return Data(markup.text.utf8)
    case .dot:
      var text = String(decoding: data, as: UTF8.self)
      for (name, path) in paths { text = text.replacingOccurrences(of: path, with: name) }
      return Data(text.utf8)
    case .pdf: return data.withFixedCreationDate
    case .png: return data
    }
  }

  // MARK: - Graphviz library

  /// Held around every call into Graphviz.
  private static let lock = Mutex<Void>(())
  /// The messages of Graphviz, which arrive in pieces.
  fileprivate static let errors = Mutex<[UInt8]>([])

  /// The longest side that the bitmap renderer supports without downscaling, in pixels.
  private static let longestBitmap = 32_000.0

  private static func draw(
    _ dot: String, as format: DrawingFormat, _ placement: Placement?
  ) throws(DrawingError) -> Data {
    let result: Result<Data, DrawingError> = lock.withLock { _ in
      do throws(DrawingError) {
        if format == .dot {
          // The source itself after a successful layout; the library's own DOT output is not
          // deterministic.
          _ = try draw(dot, as: "svg", placement)
          return .success(Data(dot.utf8))
        }
        guard format == .png else {
          return .success(try draw(dot, as: format.rawValue, placement))
        }
        let size = SVGMarkup(
          String(decoding: try draw(dot, as: "svg", placement), as: UTF8.self)
        ).longestSide
        let dpi = min(144, longestBitmap * 72 / max(size, 1))
        return .success(try draw(dot, as: "png", placement, dpi: dpi))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func draw(
    _ dot: String, as format: String, _ placement: Placement?, dpi: Double? = nil
  ) throws(DrawingError) -> Data {
    errors.withLock { $0.removeAll() }
    agseterrf { piece in
      guard let piece else { return 0 }
      Graphviz.errors.withLock { $0.append(contentsOf: String(cString: piece).utf8) }
      return 0
    }
    agseterr(AGWARN)
    guard let context = gvContext() else { throw .noContext }
    defer { gvFreeContext(context) }
    guard let placement, !placement.isEmpty else {
      return try draw(dot, by: "dot", as: format, in: context, dpi: dpi)
    }
    // Positions are read from the library's own output and kept by the engine "nop".
    var text = String(decoding: try draw(dot, by: "dot", as: "dot", in: context), as: UTF8.self)
    if !placement.columns.isEmpty {
      let moved = try draw(text, by: "nop", as: "dot", in: context, change: placement.restack)
      text = String(decoding: moved, as: UTF8.self)
    }
    return try draw(text, by: "nop", as: format, in: context, dpi: dpi) { graph in
      if placement.placesLabels { placement.placeLabels(graph) }
    }
  }

  /// `change`: called with the graph before its layout.
  private static func draw(
    _ dot: String, by engine: String, as format: String, in context: OpaquePointer,
    dpi: Double? = nil, change: (UnsafeMutablePointer<Agraph_t>) -> Void = { _ in }
  ) throws(DrawingError) -> Data {
    guard let graph = gvx_parse(dot) else {
      let words = lastError()
      recover()
      throw .refused(words ?? "no graph")
    }
    defer { agclose(graph) }
    if let dpi { set("dpi", to: "\(dpi)", of: graph) }
    try check()
    change(graph)
    guard gvLayout(context, graph, engine) == 0 else {
      try check()
      throw .refused("no layout")
    }
    defer { gvFreeLayout(context, graph) }
    try check()
    var bytes: UnsafeMutablePointer<CChar>?
    var count: UInt32 = 0
    let code = gvRenderData(context, graph, format, &bytes, &count)
    defer { if let bytes { gvFreeRenderData(bytes) } }
    try check()
    guard code == 0, let bytes, count > 0 else { throw .refused("nothing was drawn") }
    return Data(bytes: bytes, count: Int(count))
  }

  /// Resets the DOT parser after an unterminated string or comment, because its state persists
  /// between calls.
  private static func recover() {
    for closer in ["", "\"", String(repeating: ">", count: 4096), "*/"] {
      if !closer.isEmpty, let graph = gvx_parse(closer) { agclose(graph) }
      if let graph = gvx_parse("digraph {}") {
        agclose(graph)
        return
      }
    }
  }

  private static func set(
    _ name: String, to value: String, of graph: UnsafeMutablePointer<Agraph_t>
  ) {
    // Both strings are copied; the parameters only lack `const`.
    name.withCString { name in
      value.withCString { value in
        _ = agattr(
          graph, AGRAPH, UnsafeMutablePointer(mutating: name), UnsafeMutablePointer(mutating: value)
        )
      }
    }
  }

  private static func check() throws(DrawingError) {
    guard let words = lastError() else { return }
    throw words.contains("Could not load") ? .notLoaded(words) : .refused(words)
  }

  private static func lastError() -> String? {
    let words = errors.withLock { String(decoding: $0, as: UTF8.self) }
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return words.isEmpty ? nil : words.replacingOccurrences(of: "\n", with: "; ")
  }
}
