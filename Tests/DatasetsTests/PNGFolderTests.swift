import Datasets
import Foundation
import Testing

/// Folders of PNG images. `Tests/Fixtures/png/make.py` writes the images, with their pixels by Pillow.
@Suite struct PNGFolderTests {
  private static let fixtures = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/png")

  private func copy(_ from: String, to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Self.fixtures.appending(path: from).path, toPath: path)
  }

  @Test func pixelsAndClassesAreThoseOfPillow() throws {
    let data = try DataSource.load(Self.fixtures.appending(path: "images").path)
    let lines = try String(
      contentsOf: Self.fixtures.appending(path: "pixels.csv"), encoding: .utf8
    ).split(separator: "\n").map { $0.split(separator: ",") }
    #expect(data.table.schema.image == ImageShape(height: 5, width: 4, channels: 3, maximum: 255))
    #expect(data.table.schema.classes == ["cat", "dog"])
    #expect(data.table.labels == [0, 0, 0, 0, 1, 1, 1, 1])
    #expect(data.table.count == lines.count)
    for (row, line) in lines.enumerated() {
      let pixels = data.table.columns.map { $0.values[row] }
      #expect(pixels == line.dropFirst().compactMap { Double($0) }, "\(line[0])")
    }
    #expect(
      data.notes == ["2 images have transparent pixels: the alpha channel is left out"])
    #expect(data.heldOut == nil)
  }

  @Test func imagesAreGreyscaleIfAllAre() throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/a/1.png")
      try copy("images/cat/2-bits.png", to: folder + "/b/1.png")
      try write("x", folder + "/b/readme.txt")
      try write("x", folder + "/.DS_Store")
      let data = try DataSource.load(folder)
      #expect(data.table.schema.image?.channels == 1)
      #expect(data.table.columns.prefix(3).map { $0.values[1] } == [0, 0, 255])
      #expect(data.notes == ["1 file that is not PNG is left out: 'b/readme.txt'"])
    }
  }

  @Test(arguments: ["test", "val", "validation"])
  func heldOutImagesAreInAFolderOfTheirOwn(_ name: String) throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/train/a/1.png")
      try copy("images/cat/2-bits.png", to: folder + "/train/b/1.png")
      try copy("images/dog/1-rgb.png", to: folder + "/\(name)/b/7.png")
      let data = try DataSource.load(folder)
      #expect(data.table.labels == [0, 1])
      #expect(data.heldOut?.labels == [1])
      #expect(data.heldOut?.schema == data.table.schema)
      #expect(data.table.schema.image?.channels == 3)
    }
  }

  @Test func imagesWithoutClassesAreRowsWithoutLabels() throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/b.png")
      try copy("images/cat/2-bits.png", to: folder + "/a.PNG")
      var options = ReadingOptions()
      options.labels = .optional
      let data = try DataSource.load(folder, options: options)
      #expect(data.table.labels == [Table.unlabelled, Table.unlabelled])
      #expect(data.table.columns.prefix(3).map { $0.values[0] } == [0, 0, 255])
      #expect(data.notes == ["the rows are the images in the order of their file names"])
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(folder): 2 images without a class | give a folder of PNG images for each class: "
          + "FOLDER/cat/1.png, FOLDER/dog/2.png")
    }
  }

  @Test(arguments: [
    (
      "other/16-bits.png",
      "has 16 bits per channel, where 8 are supported | write it as 8-bit sRGB: mogrify -depth 8 "
        + "-colorspace sRGB -strip FILE"
    ),
    (
      "other/gamma.png",
      "states a gamma of 1, where that of sRGB, 0.45455, is supported | write it as 8-bit sRGB: mogrify "
        + "-depth 8 -colorspace sRGB -strip FILE"
    ),
    (
      "other/large.png",
      "is 2,000 pixels wide and 600 high, where at most 1,048,576 values, pixels times channels, are "
        + "supported | resize all images to the size that the network takes"
    ),
    (
      "other/wide.png",
      "is 3 pixels wide and 5 high, where 'a/1.png' is 4 wide and 5 high | resize all images to the size "
        + "that the network takes"
    ),
  ])
  func imagesThatDoNotFitHaveAReason(_ file: String, _ reason: String) throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/a/1.png")
      try copy(file, to: folder + "/b/1.png")
      #expect(
        complaint { _ = try DataSource.load(folder) } == "\(folder)/b/1.png: the image \(reason)")
    }
  }

  @Test func brokenImagesAndJPEGAreNamed() throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/a/1.png")
      let bytes = try Data(contentsOf: Self.fixtures.appending(path: "images/dog/1-rgb.png"))
      try Files.make(folder + "/b")
      for count in [0, 7, 8, 30, 60, bytes.count - 20] {
        try write(Array(bytes.prefix(count)), folder + "/b/1.png")
        let text = complaint { _ = try DataSource.load(folder) }
        let end =
          count == 0
          ? "the file is empty | write the image again, or leave it out of the folder" : ""
        #expect(
          text.hasPrefix("\(folder)/b/1.png: the image is not a complete PNG image: " + end),
          "\(text)")
      }
      Files.remove(folder + "/b/1.png")
      try write("x", folder + "/b/1.jpg")
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(folder)/b/1.jpg: the image is a JPEG image | convert the images to PNG: find FOLDER -iname "
          + "'*.jp*g' -exec mogrify -format png {} +")
      try copy("images/cat/2-bits.png", to: folder + "/b/1.png")
      #expect(
        try DataSource.load(folder).notes == ["1 file that is not PNG is left out: 'b/1.jpg'"])
    }
  }

  /// The checksum is of classes and names too.
  @Test func theChecksumIsOfTheClasses() throws {
    var sums: Set<String> = []
    for place in ["a/1.png", "a/3.png", "b/3.png"] {
      try withFolder { folder in
        try copy("images/cat/2-bits.png", to: folder + "/a/0.png")
        try copy("images/cat/1-grey.png", to: folder + "/" + place)
        try copy("images/dog/1-rgb.png", to: folder + "/b/2.png")
        sums.insert(try DataSource.load(folder).sha256)
        #expect(try sums.contains(DataSource.load(folder).sha256))
      }
    }
    #expect(sums.count == 3)
  }

  @Test func greyscaleImagesAreReadForAnRGBSchema() throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/cat/1.png")
      try copy("images/cat/2-bits.png", to: folder + "/dog/1.png")
      let mixed = try DataSource.load(Self.fixtures.appending(path: "images").path)
      let data = try DataSource.load(
        folder, options: ReadingOptions(schema: mixed.table.schema))
      #expect(data.table.schema == mixed.table.schema)
      #expect(data.table.columns.map { $0.values[0] } == mixed.table.columns.map { $0.values[0] })
    }
  }

  @Test func foldersThatAreNotReadAreNoted() throws {
    try withFolder { folder in
      for part in ["train", "test", "val"] {
        try copy("images/cat/1-grey.png", to: folder + "/\(part)/a/1.png")
        try copy("images/cat/2-bits.png", to: folder + "/\(part)/b/1.png")
      }
      try Files.make(folder + "/train/c")
      mkfifo(folder + "/train/b/2.png", 0o600)
      let data = try DataSource.load(folder)
      #expect(
        data.notes == [
          "1 folder beside 'train' is not read: 'val'", "1 folder without images: 'train/c'",
          "1 file that is not PNG is left out: 'train/b/2.png'",
        ])
      #expect(data.heldOut?.count == 2)
    }
  }

  @Test func imagesLargerThanTheLimitAreRefused() throws {
    var options = ReadingOptions()
    options.maxInputBytes = 500
    let folder = Self.fixtures.appending(path: "images").path
    #expect(
      complaint { _ = try DataSource.load(folder, options: options) }.hasPrefix(folder))
  }

  /// Images that any byte was changed of are read or refused.
  @Test func changedBytesDoNotTrap() throws {
    try withFolder { folder in
      try copy("images/cat/1-grey.png", to: folder + "/a/1.png")
      try Files.make(folder + "/b")
      for name in ["cat/3-palette.png", "cat/4-srgb.png", "dog/3-transparent.PNG"] {
        let bytes = Array(
          try Data(contentsOf: Self.fixtures.appending(path: "images").appending(path: name)))
        for place in bytes.indices {
          var changed = bytes
          changed[place] ^= 0x41
          try write(changed, folder + "/b/1.png")
          let text = complaint { _ = try DataSource.load(folder) }
          #expect(text == "no error" || text.hasPrefix("\(folder)/b/1.png: the image "), "\(text)")
        }
      }
    }
  }
}
