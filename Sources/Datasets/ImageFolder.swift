import Foundation

/// Reads the images of a folder: IDX or CIFAR binary files.
struct ImageFolder {
  /// The training set or the published test set.
  private enum Part { case training, heldOut }

  let folder: String
  private let files: [String]
  /// The maximum memory of the images in bytes.
  private let limit: Int

  /// `files`: the file names in the folder.
  init(_ folder: String, files: [String], limit: Int = InputLimit.standard) {
    self.folder = folder
    self.limit = limit
    self.files = files.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  private static let garments = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
  private static let cifarClasses = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
  /// The SHA-256 of the labels of Fashion-MNIST's first 1,000 training images.
  private static let fashionLabels =
    "a2d1512599a9270ae0b22c236d1bb6c9faf54db68c3cb38be103496028e48209"

  private func path(_ name: String) -> String { folder + "/" + name }

  private func idx(_ part: Part, _ kind: String) -> String? {
    files.first { name in
      let plain = name.lowercased()
      let begins =
        switch part {
        case .training: plain.hasPrefix("train")
        case .heldOut: plain.hasPrefix("t10k") || plain.hasPrefix("test")
        }
      return begins && plain.contains(kind) && (plain.contains("idx") || plain.contains("ubyte"))
    }
  }

  private func cifar(_ names: (String) -> Bool) -> [String] {
    files.filter { name in
      names(name.hasSuffix(".gz") ? String(name.dropLast(3)) : name)
    }
  }

  private var cifarTraining: [String] {
    cifar { $0 == "train.bin" || ($0.hasPrefix("data_batch_") && $0.hasSuffix(".bin")) }
  }

  private var cifarHeldOut: [String] { cifar { $0 == "test.bin" || $0 == "test_batch.bin" } }

  private var isIDX: Bool { idx(.training, "images") != nil || idx(.heldOut, "images") != nil }

  var isPresent: Bool { isIDX || !(cifarTraining + cifarHeldOut).isEmpty }

  /// The training table, the test table, and the checksum of the files. In a folder of test images only
  /// these are the rows.
  ///
  /// `labels`: whether images without a file of labels are an error; their rows have no label.
  func load(labels: LabelReading = .required) throws -> LoadedData {
    isIDX ? try loadIDX(labels) : try loadCIFAR()
  }

  private static let testOnly = "the folder has no training images: its test images are the rows"

  // MARK: - IDX

  private func loadIDX(_ reading: LabelReading) throws -> LoadedData {
    var checksum = Checksum()
    // The checksum is over the files in name order; test files are first.
    var heldOut = try idxImages(.heldOut, reading, &checksum)
    var rows = try idxImages(.training, reading, &checksum)
    var notes: [String] = []
    if rows == nil {
      (rows, heldOut) = (heldOut, nil)
      notes.append(Self.testOnly)
    }
    guard let rows else { throw DatasetError.noData(path: folder) }
    if let heldOut, heldOut.shape != rows.shape {
      throw DatasetError.wrongSize(
        source: path(idx(.heldOut, "images") ?? ""),
        .heldOutShape(heldOut.shape, training: rows.shape))
    }
    let last = [rows.labels?.max(), heldOut?.labels?.max()].compactMap(\.self).max()
    let hasLabels = Self.areFashion(rows.labels)
    let isFashion = hasLabels || isNamedFashion
    var names: [String] = []
    if let last {
      names = isFashion && last < 10 ? Self.garments : (0...Int(last)).map(String.init)
    }
    if names == Self.garments, !hasLabels {
      notes.append("the classes are named as those of Fashion-MNIST, as the folder is")
    }
    if let labels = rows.labels { notes += Self.notes(onUnusedClasses: names, labels) }
    let target = isFashion ? "garment" : "digit"
    return LoadedData(
      name: "", title: "", sha256: checksum.hexadecimal,
      table: Table(rows, target: target, classes: names),
      heldOut: heldOut.map { Table($0, target: target, classes: names) }, rowsRead: rows.count,
      notes: notes)
  }

  /// A note about classes without training images, which may indicate wrong labels.
  private static func notes(onUnusedClasses names: [String], _ labels: [UInt8]) -> [String] {
    let used = Set(labels)
    let unused = names.indices.filter { !used.contains(UInt8(truncatingIfNeeded: $0)) }
    guard let first = unused.first else { return [] }
    let examples = ReadingNotes.names(unused.map { names[$0] })
    return [
      unused.count == 1
        ? "the class '\(names[first])' of \(grouped(names.count)) has no training image"
        : "\(grouped(unused.count)) of \(grouped(names.count)) classes have no training image: "
          + examples
    ]
  }

  private func idxImages(
    _ part: Part, _ reading: LabelReading, _ checksum: inout Checksum
  ) throws -> Images? {
    guard let images = idx(part, "images") else { return nil }
    let labels = idx(part, "labels")
    if labels == nil, reading == .required {
      throw DatasetError.missingLabels(
        folder: folder, name: images.replacingOccurrences(of: "images-idx3", with: "labels-idx1"))
    }
    let (pixels, count, shape) = try IDXReader.images(
      path(images), limit: limit, checksum: &checksum)
    let classes = try labels.map {
      try IDXReader.labels(path($0), limit: limit, checksum: &checksum)
    }
    if let labels, let classes, classes.count != count {
      throw DatasetError.unpairedLabels(
        source: path(labels), labels: classes.count, images: count)
    }
    return Images(pixels: pixels, labels: classes, count: count, shape: shape)
  }

  /// Whether the folder, or the one that it is in, is named as Fashion-MNIST: `fashion-mnist`,
  /// `FashionMNIST/raw`.
  private var isNamedFashion: Bool {
    URL(fileURLWithPath: folder).standardizedFileURL.pathComponents.suffix(2).contains {
      $0.lowercased().filter(\.isLetter).hasPrefix("fashionmnist")
    }
  }

  private static func areFashion(_ labels: [UInt8]?) -> Bool {
    guard let first = labels?.prefix(1000), first.count == 1000 else { return false }
    return Checksum.hexadecimal(of: Array(first)) == fashionLabels
  }

  // MARK: - CIFAR

  private func loadCIFAR() throws -> LoadedData {
    var checksum = Checksum()
    var names = Self.cifarClasses
    let listing = "batches.meta.txt"
    if files.contains(listing) {
      var source = try ByteSource.opening(path(listing), checksum: checksum)
      let bytes = try source.readAll(limit: 1 << 16) ?? []
      checksum = source.checksum
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      let found = lines.map { $0.trimmingCharacters(in: Self.blanks) }.filter { !$0.isEmpty }
      if let twice = found.indices.first(where: { found[..<$0].contains(found[$0]) }) {
        throw DatasetError.repeatedClass(source: path(listing), name: found[twice])
      }
      if found.count > 1, found.count <= 256 { names = found }
    }
    let order = (cifarTraining + cifarHeldOut).sorted()
    try checkRecords(of: order)
    var training: Images?
    var heldOut: Images?
    // Batches come before tests and these before "train.bin" in the order of names.
    let isTestFirst = order.first.map(cifarHeldOut.contains) ?? false
    for part in isTestFirst ? [Part.heldOut, .training] : [.training, .heldOut] {
      let paths = (part == .training ? cifarTraining : cifarHeldOut).map(path)
      if paths.isEmpty { continue }
      let images = try CIFARReader.images(
        paths, classes: names.count, limit: limit, checksum: &checksum)
      if part == .training { training = images } else { heldOut = images }
    }
    var notes: [String] = []
    if training == nil {
      (training, heldOut) = (heldOut, nil)
      notes.append(Self.testOnly)
    }
    guard let training else { throw DatasetError.noData(path: folder) }
    return LoadedData(
      name: "", title: "", sha256: checksum.hexadecimal,
      table: Table(training, target: "class", classes: names),
      heldOut: heldOut.map { Table($0, target: "class", classes: names) },
      rowsRead: training.count,
      notes: notes + Self.notes(onUnusedClasses: names, training.labels ?? []))
  }

  /// White space and the byte order mark.
  private static let blanks = CharacterSet.whitespaces.union(["\u{FEFF}"])

  /// Records of CIFAR-100 have two labels.
  private func checkRecords(of names: [String]) throws {
    for name in names where !name.hasSuffix(".gz") {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
      guard let size = attributes?[.size] as? Int, size > 0 else { continue }
      if size % CIFARReader.twoLabelRecord == 0, size % CIFARReader.record != 0 {
        throw DatasetError.twoLabels(source: path(name), record: CIFARReader.twoLabelRecord)
      }
    }
  }
}
