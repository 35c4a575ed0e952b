import Foundation

/// Reads a folder of PNG images: one folder for each class, as torchvision's `ImageFolder` and Keras'
/// `image_dataset_from_directory` read it, in folders `train` and `test` or without them; or images without
/// classes.
///
/// Classes and files are in the order of their names; all images have one size. They are greyscale if all are.
struct PNGFolder {
  private let folder: String
  private let limit: Int
  /// The folders of the training and of the held-out images, relative to `folder`; "" is itself.
  private let parts: [String]
  /// 3 if greyscale images are read as RGB too.
  private let leastChannels: Int
  /// Folders of images besides those of `parts`.
  private let unread: [String]

  /// The images of one part, by class.
  private struct Part {
    var classes: [String] = []
    /// Relative paths with the index of their class; -1 for images without one.
    var files: [(path: String, label: Int)] = []
    var others: [String] = []
    /// Folders without images.
    var empty: [String] = []
  }

  private static let heldOut = ["test", "val", "valid", "validation"]

  /// `shape`: the shape that the images must have, if it is known.
  init(
    _ folder: String, files: [String], limit: Int = InputLimit.standard, shape: ImageShape? = nil
  ) {
    self.folder = folder
    self.limit = limit
    leastChannels = shape?.channels == 3 ? 3 : 1
    let hasParts = files.contains("train") && Self.holdsClasses(folder + "/train")
    let other = Self.heldOut.first {
      files.contains($0) && Self.holdsClasses(folder + "/" + $0)
    }
    let read = hasParts ? ["train"] + (other.map { [$0] } ?? []) : [""]
    unread =
      hasParts
      ? files.filter { !read.contains($0) && Self.holdsClasses(folder + "/" + $0) }.sorted() : []
    parts = read
  }

  /// Whether the folder holds PNG or JPEG images, or folders of them.
  static func holdsImages(_ folder: String) -> Bool {
    let names = names(in: folder)
    return names.contains(where: isImage) || holdsClasses(folder)
      || names.contains("train") && holdsClasses(folder + "/train")
  }

  private static func holdsClasses(_ folder: String) -> Bool {
    names(in: folder).contains { names(in: folder + "/" + $0).contains(where: isImage) }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { !$0.hasPrefix(".") }
      .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  private static func isImage(_ name: String) -> Bool { isPNG(name) || isJPEG(name) }
  private static func isPNG(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") }
  private static func isJPEG(_ name: String) -> Bool {
    [".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
  }

  /// The training table, the held-out table, and the checksum of the files in their order.
  ///
  /// `labels`: whether images without classes are an error; their rows have no label.
  func load(labels: LabelReading) throws -> LoadedData {
    var found = try parts.map(list)
    let isUnlabelled = found[0].classes.isEmpty
    if isUnlabelled, labels == .required {
      throw DatasetError.unclassedImages(folder: folder, images: found[0].files.count)
    }
    let classes = Array(Set(found.flatMap(\.classes))).sorted {
      $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    guard classes.count <= 256 else {
      throw DatasetError.tooManyClasses(
        source: folder, name: "class", count: classes.count, rows: found[0].files.count)
    }
    for index in found.indices {
      let own = found[index].classes.map { classes.firstIndex(of: $0) ?? 0 }
      found[index].files = found[index].files.map { ($0.path, $0.label < 0 ? -1 : own[$0.label]) }
    }
    var checksum = Checksum()
    let (images, isTransparent) = try read(found.map(\.files), &checksum)
    var notes = isUnlabelled ? ["the rows are the images in the order of their file names"] : []
    if isTransparent > 0 {
      notes.append(
        "\(counted(isTransparent, "image")) \(isTransparent == 1 ? "has" : "have") transparent pixels: the alpha "
          + "channel is left out")
    }
    if !unread.isEmpty {
      notes.append(
        "\(counted(unread.count, "folder")) beside 'train' \(unread.count == 1 ? "is" : "are") not read: "
          + ReadingNotes.names(unread))
    }
    let empty = found.flatMap(\.empty)
    if !empty.isEmpty {
      notes.append("\(counted(empty.count, "folder")) without images: \(ReadingNotes.names(empty))")
    }
    let others = found.flatMap(\.others)
    if !others.isEmpty {
      notes.append(
        "\(counted(others.count, "file")) that \(others.count == 1 ? "is" : "are") not PNG "
          + "\(others.count == 1 ? "is" : "are") left out: \(ReadingNotes.names(others))")
    }
    return LoadedData(
      name: "", title: "", sha256: checksum.hexadecimal,
      table: Table(images[0], target: "class", classes: classes),
      heldOut: images.count > 1 ? Table(images[1], target: "class", classes: classes) : nil,
      rowsRead: images[0].count, notes: notes)
  }

  private func list(_ part: String) throws(DatasetError) -> Part {
    var result = Part()
    let root = part.isEmpty ? folder : folder + "/" + part
    let prefix = part.isEmpty ? "" : part + "/"
    let names = Self.names(in: root)
    for name in names {
      let own = Self.names(in: root + "/" + name)
      guard own.contains(where: Self.isImage) else {
        if Self.isDirectory(root + "/" + name) { result.empty.append(prefix + name) }
        continue
      }
      result.classes.append(name)
      try add(own.map { prefix + name + "/" + $0 }, label: result.classes.count - 1, to: &result)
    }
    let loose = names.filter { !Self.isDirectory(root + "/" + $0) }.map { prefix + $0 }
    if result.classes.isEmpty {
      try add(loose, label: -1, to: &result)
    } else {
      result.others += loose
    }
    guard !result.files.isEmpty else { throw .noData(path: folder) }
    return result
  }

  private func add(_ paths: [String], label: Int, to part: inout Part) throws(DatasetError) {
    let known = Set(paths)
    for path in paths {
      if Self.isJPEG(path) {
        let stem = (path as NSString).deletingPathExtension
        guard known.contains(stem + ".png") else {
          throw .unreadableImage(source: folder + "/" + path, .jpeg)
        }
      }
      // A link may lead to a file; pipes and devices are not opened.
      if Self.isPNG(path), Self.isFile(folder + "/" + path) {
        part.files.append((path, label))
      } else {
        part.others.append(path)
      }
    }
  }

  private static func isFile(_ path: String) -> Bool {
    var found = stat()
    // What cannot be seen is reported where it is opened.
    return stat(path, &found) != 0 || found.st_mode & S_IFMT == S_IFREG
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The images of each part, all of one size, and the number of those with transparent pixels.
  private func read(
    _ parts: [[(path: String, label: Int)]], _ checksum: inout Checksum
  ) throws -> (images: [Images], transparent: Int) {
    var read: [[PNGReader.Image]] = []
    var (first, transparent, bytes) = ((path: "", image: PNGReader.Image?.none), 0, 0)
    for part in parts {
      var images: [PNGReader.Image] = []
      for (path, _) in part {
        let source = folder + "/" + path
        // The class and the name of an image are part of the data.
        checksum.update(Array("\(path)\0".utf8))
        var file = try ByteSource.opening(source, checksum: checksum)
        guard let packed = try file.readAll(limit: limit) else {
          throw DatasetError.inputTooLarge(source: source, limit: limit, isPacked: false)
        }
        checksum = file.checksum
        if packed.isEmpty {
          throw DatasetError.unreadableImage(source: source, .undecodable("the file is empty"))
        }
        let image = try PNGReader.image(packed, source: source)
        if let known = first.image {
          guard image.height == known.height, image.width == known.width else {
            throw DatasetError.unreadableImage(
              source: source,
              .otherSize(
                height: image.height, width: image.width, first: first.path,
                firstHeight: known.height, firstWidth: known.width))
          }
        } else {
          first = (path, image)
        }
        // Pixels are repeated for the channels, and transposed into columns.
        bytes += 3 * 2 * image.height * image.width
        guard bytes <= limit else {
          throw DatasetError.imagesTooLarge(source: folder, needed: bytes, limit: limit)
        }
        if image.isTransparent { transparent += 1 }
        images.append(image)
      }
      read.append(images)
    }
    let channels = read.joined().contains { $0.channels == 3 } ? 3 : leastChannels
    let shape = ImageShape(
      height: first.image?.height ?? 0, width: first.image?.width ?? 0, channels: channels,
      maximum: 255)
    return (
      zip(parts, read).map { part, images in
        var pixels: [UInt8] = []
        pixels.reserveCapacity(images.count * shape.count)
        for image in images {
          if image.channels == channels {
            pixels += image.pixels
          } else {
            for grey in image.pixels { pixels.append(contentsOf: repeatElement(grey, count: 3)) }
          }
        }
        let labels = part.contains { $0.label < 0 } ? nil : part.map { UInt8($0.label) }
        return Images(pixels: pixels, labels: labels, count: images.count, shape: shape)
      }, transparent
    )
  }
}
