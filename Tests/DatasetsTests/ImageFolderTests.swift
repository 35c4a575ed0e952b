import Datasets
import Testing

@Suite struct ImageFolderTests {
  private func images(_ count: Int, height: Int = 2, width: Int = 3) -> [UInt8] {
    [0, 0, 8, 3] + bigEndian(count) + bigEndian(height) + bigEndian(width)
      + (0..<count * height * width).map { UInt8($0 % 251) }
  }

  private func labels(_ labels: [UInt8]) -> [UInt8] {
    [0, 0, 8, 1] + bigEndian(labels.count) + labels
  }

  private func writeIDX(_ folder: String, packed: Bool = false) throws {
    for (name, bytes) in [
      ("train-images-idx3-ubyte", images(100)),
      ("train-labels-idx1-ubyte", labels((0..<100).map { $0 % 4 })),
      ("t10k-images-idx3-ubyte", images(20)),
      ("t10k-labels-idx1-ubyte", labels((0..<20).map { $0 % 4 })),
    ] {
      try write(packed ? gzip(bytes) : bytes, folder + "/" + name + (packed ? ".gz" : ""))
    }
  }

  @Test func everyPixelIsAColumn() throws {
    for packed in [false, true] {
      try withFolder { folder in
        try writeIDX(folder, packed: packed)
        let data = try DataSource.load(folder)
        let schema = data.table.schema
        #expect(schema.image == ImageShape(height: 2, width: 3, channels: 1, maximum: 255))
        #expect(schema.features.map(\.id).suffix(2) == ["pixel y1 x1", "pixel y1 x2"])
        #expect(schema.target == Target("digit", .classes(names: ["0", "1", "2", "3"])))
        #expect(data.rowsRead == 100)
        for (index, column) in data.table.columns.enumerated() {
          #expect(column == .bytes((0..<100).map { UInt8(($0 * 6 + index) % 251) }))
        }
        #expect(data.table.labels == (0..<100).map { $0 % 4 })
        #expect(data.heldOut?.count == 20)
        #expect(data.heldOut?.schema == schema)
      }
    }
  }

  /// Rows for a network over RGB images.
  @Test func greyscaleImagesAreReadForAnRGBSchema() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let grey = try DataSource.load(folder)
      let wanted = try #require(grey.table.greyscale(as: [2, 3, 3]))
      let data = try DataSource.load(folder, options: ReadingOptions(schema: wanted.schema))
      #expect(data.table.schema == wanted.schema && data.heldOut?.schema == wanted.schema)
      #expect(data.table.columns == wanted.columns)
      #expect(data.notes.contains(Table.repeatedChannelsNote))
      #expect(!grey.notes.contains(Table.repeatedChannelsNote))
    }
  }

  @Test(arguments: ["fashion-mnist", "FashionMNIST", "fashion_mnist/raw"])
  func garmentsAreNamedByTheirFolder(_ suffix: String) throws {
    try withFolder { folder in
      let path = folder + "/" + suffix
      try Files.make(path)
      try writeIDX(path)
      let data = try DataSource.load(path)
      let target = data.table.schema.target
      #expect(target.name == "garment")
      #expect(target.classes.first == "T-shirt/top")
      #expect(target.classes.count == 10)
      #expect(
        data.notes.contains("the classes are named as those of Fashion-MNIST, as the folder is"))
    }
  }

  /// "fashion" elsewhere in a path says nothing about the images.
  @Test func digitsStayDigits() throws {
    try withFolder { folder in
      for name in ["old-fashion-project/digits", "fashion", "fashion-mnist/other/digits"] {
        let path = folder + "/" + name
        try Files.make(path)
        try writeIDX(path)
        #expect(try DataSource.load(path).table.schema.target.name == "digit", "\(name)")
      }
    }
  }

  @Test func imagesOfTooManyPixelsAreRefused() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let sizes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 8, 0, 0, 0, 2, 1]
      try write(sizes + [UInt8](repeating: 0, count: 64), folder + "/train-images-idx3-ubyte")
      #expect(
        complaint { _ = try DataSource.load(folder) }.hasPrefix(
          "\(folder)/train-images-idx3-ubyte: more than 1,048,576 columns, the maximum"))
    }
  }

  // MARK: - Without labels

  @Test func imagesWithoutLabelsAreRowsWithoutLabels() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let labelled = try DataSource.load(folder)
      Files.remove(folder + "/train-labels-idx1-ubyte")
      for labels in [LabelReading.optional, .absent] {
        let data = try DataSource.load(folder, options: ReadingOptions(labels: labels))
        #expect(data.table.columns == labelled.table.columns)
        #expect(data.table.labels == Array(repeating: Table.unlabelled, count: 100))
        #expect(data.rowsRead == 100)
      }
      let same = try DataSource.load(
        folder, options: ReadingOptions(schema: labelled.table.schema, labels: .optional))
      #expect(same.table.schema == labelled.table.schema && same.table.count == 100)
      #expect(same.table.labels == Array(repeating: Table.unlabelled, count: 100))
    }
  }

  @Test func testImagesAloneAreTheRows() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let heldOut = try #require(try DataSource.load(folder).heldOut)
      Files.remove(folder + "/train-images-idx3-ubyte")
      Files.remove(folder + "/train-labels-idx1-ubyte")
      let data = try DataSource.load(folder)
      #expect(data.table.columns == heldOut.columns && data.table.labels == heldOut.labels)
      #expect(data.heldOut == nil && data.rowsRead == 20)
      #expect(
        data.notes.contains("the folder has no training images: its test images are the rows"))
    }
  }

  /// A class that a network does not know is no reason to predict fewer rows.
  @Test func rowsOfUnknownClassesAreCounted() throws {
    try withFolder { folder in
      try writeIDX(folder)
      var schema = try DataSource.load(folder).table.schema
      schema.target.kind = .classes(names: ["0", "1", "2"])
      let needed = try DataSource.load(folder, options: ReadingOptions(schema: schema))
      #expect(needed.table.count == 75)
      #expect(needed.dropped == [RowCount("a class of 'digit' that is not in the schema", 25)])
      let all = try DataSource.load(
        folder, options: ReadingOptions(schema: schema, labels: .optional))
      #expect(all.table.count == 100 && all.dropped.isEmpty)
      #expect(all.table.labels == (0..<100).map { $0 % 4 == 3 ? Table.unlabelled : $0 % 4 })
    }
  }

  @Test func headersThatDoNotFitTheirFileAreErrors() throws {
    let hint = " | copy or download the file again"
    for (bytes, message) in [
      ([], ": the file is empty | a table is a header and one line a row"),
      (
        [0, 0, 8, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8),
        ": begins with 0x00000801 where 0x00000803 is expected | "
          + "images are IDX files (MNIST) or CIFAR binary files"
      ),
      ([0, 0, 8, 3, 0, 0], ": a header of 6 bytes where 16 bytes are expected" + hint),
      (
        [0, 0, 8, 3] + bigEndian(0xFFFF_FFFF) + bigEndian(0xFFFF_FFFF) + bigEndian(0xFFFF_FFFF),
        ": a header of 4,294,967,295 x 4,294,967,295 x 4,294,967,295 bytes where "
          + "1 to 4,294,967,296 bytes are expected" + hint
      ),
      (
        [0, 0, 8, 3] + bigEndian(1000) + bigEndian(1000) + bigEndian(1000) + [1, 2, 3],
        ": 3 bytes where 1,000 x 1,000 x 1,000 = 1,000,000,000 bytes are expected" + hint
      ),
      (
        images(10) + [1],
        ": more than 60 bytes where 10 x 2 x 3 = 60 bytes are expected" + hint
      ),
    ] as [([UInt8], String)] {
      try withFolder { folder in
        try writeIDX(folder)
        let path = folder + "/train-images-idx3-ubyte"
        try write(bytes, path)
        #expect(complaint { _ = try DataSource.load(folder) } == path + message)
      }
    }
  }

  @Test func labelsMustBelongToTheirImages() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let path = folder + "/train-labels-idx1-ubyte"
      try write(labels([1, 2, 3]), path)
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(path): 3 labels for 100 images | the labels belong to other images")
      Files.remove(path)
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "there is no file 'train-labels-idx1-ubyte' in '\(folder)' | "
          + "training needs the label of each image")
    }
  }

  @Test func imagesAreBroughtToASchemaOfImages() throws {
    try withFolder { folder in
      try writeIDX(folder)
      let data = try DataSource.load(folder)
      let again = try DataSource.load(folder, options: ReadingOptions(schema: data.table.schema))
      #expect(again.table == data.table)
      let other = Schema(
        features: [Feature("petal")], target: Target("y", .classes(names: ["a", "b"])))
      #expect(
        complaint { _ = try DataSource.load(folder, options: ReadingOptions(schema: other)) }
          == "\(folder): 6 pixels where other columns, such as 'petal', are expected | "
          + "give rows with the columns that the network was trained with")
    }
  }

  // MARK: - CIFAR

  private func record(_ label: UInt8, _ seed: Int) -> [UInt8] {
    [label] + (0..<3072).map { UInt8(($0 * 7 + seed) % 253) }
  }

  @Test func planesBecomePixels() throws {
    try withFolder { folder in
      try write((0..<8).flatMap { record(UInt8($0 % 3), $0) }, folder + "/data_batch_1.bin")
      try write((8..<12).flatMap { record(UInt8($0 % 3), $0) }, folder + "/data_batch_2.bin")
      try write((0..<3).flatMap { record(2, $0) }, folder + "/test_batch.bin")
      try write("cat\ndog\nfrog\n", folder + "/batches.meta.txt")
      let data = try DataSource.load(folder)
      #expect(data.table.count == 12)
      #expect(data.table.labels == (0..<12).map { $0 % 3 })
      #expect(data.table.schema.classes == ["cat", "dog", "frog"])
      #expect(data.heldOut?.labels == [2, 2, 2])
      let names = data.table.schema.features.map(\.id)
      #expect(names[0...2] == ["pixel y0 x0 red", "pixel y0 x0 green", "pixel y0 x0 blue"])
      #expect(names[3071] == "pixel y31 x31 blue")
      for (y, x, channel) in [(0, 0, 0), (0, 1, 2), (5, 17, 1), (31, 31, 2)] {
        let offset = channel * 1024 + y * 32 + x
        #expect(
          data.table.columns[(y * 32 + x) * 3 + channel]
            == .bytes((0..<12).map { UInt8((offset * 7 + $0) % 253) }))
      }
    }
  }

  @Test func packedBatchesAndMarkedNamesAreRead() throws {
    try withFolder { folder in
      let bytes = (0..<8).flatMap { record(UInt8($0 % 3), $0) }
      try write(gzip(bytes), folder + "/data_batch_1.bin.gz")
      try write(gzip(record(1, 1)), folder + "/test_batch.bin.gz")
      try write("\u{FEFF}cat\r\n dog \r\nfrog\r\n", folder + "/batches.meta.txt")
      let data = try DataSource.load(folder)
      #expect(data.table.labels == (0..<8).map { $0 % 3 })
      #expect(data.table.schema.classes == ["cat", "dog", "frog"])
      #expect(data.heldOut?.labels == [1])
    }
  }

  @Test func namesAndRecordsOfOtherSetsAreErrors() throws {
    try withFolder { folder in
      try write(record(1, 1), folder + "/train.bin")
      try write("cat\ndog\ncat\n", folder + "/batches.meta.txt")
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(folder)/batches.meta.txt: two classes are named 'cat' | "
          + "give each class a name of its own")
      Files.remove(folder + "/batches.meta.txt")
      try write([4] + record(80, 1) + [7] + record(33, 2), folder + "/train.bin")
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(folder)/train.bin: records of 3,074 bytes have two labels, as those of CIFAR-100 | "
          + "remove the first byte of each record, the coarse label, and list the names of the fine "
          + "labels in batches.meta.txt")
    }
  }

  @Test func brokenRecordsAreErrors() throws {
    try withFolder { folder in
      let path = folder + "/train.bin"
      try write(record(1, 1) + [1, 2], path)
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(path): 3,075 bytes where records of 3,073 bytes are expected | "
          + "copy or download the file again")
      try write(record(1, 1) + record(10, 1), path)
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(path): label 10 in row 2, where there are 10 classes | "
          + "the labels belong to other images")
    }
  }
}
