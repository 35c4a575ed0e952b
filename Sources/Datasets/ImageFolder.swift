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
  /// The labels of Fashion-MNIST's training rows, unpacked.
  private static let fashionLabels =
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"

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

  private var cifarTraining: [String] {
    files.filter { $0 == "train.bin" || ($0.hasPrefix("data_batch_") && $0.hasSuffix(".bin")) }
  }

  private var cifarHeldOut: [String] {
    files.filter { $0 == "test.bin" || $0 == "test_batch.bin" }
  }

  var isPresent: Bool { idx(.training, "images") != nil || !cifarTraining.isEmpty }

  /// The training table, the test table, and the checksum of the files.
  func load() throws -> LoadedData {
    idx(.training, "images") != nil ? try loadIDX() : try loadCIFAR()
  }

  // MARK: - IDX

  private func loadIDX() throws -> LoadedData {
    var checksum = Checksum()
    // The checksum is over the files in name order; test files are first.
    let heldOut = try idxImages(.heldOut, &checksum)
    let training = try idxImages(.training, &checksum)
    guard let training else { throw DatasetError.noData(path: folder) }
    let last = max(training.labels.max() ?? 0, heldOut?.labels.max() ?? 0)
    let isFashion = try isFashion(training.labels)
    let names =
      isFashion && last < 10
      ? Self.garments : (0...Int(last)).map(String.init)
    let target = isFashion ? "garment" : "digit"
    if let heldOut, heldOut.shape != training.shape {
      throw DatasetError.wrongSize(
        source: path(idx(.heldOut, "images") ?? ""),
        .heldOutShape(heldOut.shape, training: training.shape))
    }
    return LoadedData(
      name: "", title: "", sha256: checksum.hexadecimal,
      table: Table(training, target: target, classes: names),
      heldOut: heldOut.map { Table($0, target: target, classes: names) },
      rowsRead: training.labels.count,
      notes: Self.notes(onUnusedClasses: names, training.labels))
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

  private func idxImages(_ part: Part, _ checksum: inout Checksum) throws -> Images? {
    guard let images = idx(part, "images") else { return nil }
    guard let labels = idx(part, "labels") else {
      throw DatasetError.missingPart(
        folder: folder, name: images.replacingOccurrences(of: "images-idx3", with: "labels-idx1"))
    }
    let (pixels, count, shape) = try IDXReader.images(
      path(images), limit: limit, checksum: &checksum)
    let answers = try IDXReader.labels(path(labels), limit: limit, checksum: &checksum)
    guard answers.count == count else {
      throw DatasetError.unpairedLabels(
        source: path(labels), labels: answers.count, images: count)
    }
    return Images(pixels: pixels, labels: answers, shape: shape)
  }

  private func isFashion(_ labels: [UInt8]) throws -> Bool {
    if folder.lowercased().contains("fashion") { return true }
    let count = labels.count
    let header: [UInt8] = [0, 0, 8, 1] + [24, 16, 8, 0].map { UInt8(count >> $0 & 255) }
    var checksum = Checksum()
    checksum.update(header + labels)
    return checksum.hexadecimal == Self.fashionLabels
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
      let found = lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      if found.count > 1, found.count <= 256 { names = found }
    }
    let order = (cifarTraining + cifarHeldOut).sorted()
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
    guard let training else { throw DatasetError.noData(path: folder) }
    return LoadedData(
      name: "", title: "", sha256: checksum.hexadecimal,
      table: Table(training, target: "class", classes: names),
      heldOut: heldOut.map { Table($0, target: "class", classes: names) },
      rowsRead: training.labels.count,
      notes: Self.notes(onUnusedClasses: names, training.labels))
  }
}
