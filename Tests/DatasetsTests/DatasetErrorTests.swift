import Datasets
import Foundation
import Testing

/// The message and the hint of each kind of error.
@Suite struct DatasetErrorTests {
  private static let place = SourcePosition("t.csv", line: 2, column: 5)

  private static let syntax: [(DatasetError, String, String)] = [
    (
      .unclosedQuote(at: place), "t.csv:2:5: unclosed quote",
      "close the quote, or write a quote inside a quoted field twice"
    ),
    (
      .textAfterQuote(at: place, found: "x"),
      "t.csv:2:5: 'x' after a closing quote, where the field must end",
      "write a quote inside a quoted field twice"
    ),
    (
      .textAfterQuote(at: place, found: "x", isEscaped: true),
      "t.csv:2:5: 'x' after a closing quote, where the field must end",
      "a backslash does not escape a quote: write a quote inside a quoted field twice"
    ),
    (
      .quoteInsideField(at: place), "t.csv:2:5: a quote inside an unquoted field",
      "put the whole field in quotes and write the quotes inside it twice"
    ),
    (
      .nulByte(at: place), "t.csv:2:5: a NUL byte, which is invalid in text",
      "is this a text file? a table is CSV or TSV, plain or gzip"
    ),
    (
      .invalidText(at: place, byte: 0x0F), "t.csv:2:5: byte 0x0f is invalid in UTF-8",
      "save the file as UTF-8"
    ),
    (
      .cellTooLong(at: place, limit: 1000), "t.csv:2:5: a field of more than 1,000 bytes",
      "check for an unclosed quote"
    ),
    (
      .duplicateColumn(at: place, name: "x", first: 1, second: 4),
      "t.csv:2:5: columns 1 and 4 are both named 'x'", "give each column a unique name"
    ),
    (
      .noHeader(at: place, found: "1.5"),
      "t.csv:2:5: the first line looks like a row, not a header: it has '1.5'",
      "give the names of the columns, or specify whether the first line has them"
    ),
    (
      .wrongNameCount(source: "t.csv", names: 1, fields: 2),
      "t.csv: 1 name given for lines of 2 fields", "give one name for each column"
    ),
    (
      .oneField(at: place),
      "t.csv:2:5: every line is one field, and a table needs a feature column and a target",
      "fields are separated by commas, semicolons, tabs, | or blanks"
    ),
    (
      .invalidUTF16(source: "t.csv", offset: 9),
      "t.csv: byte 10 begins an incomplete UTF-16 character", "save the file as UTF-8"
    ),
    (
      .emptyFile(source: "t.csv"), "t.csv: the file is empty",
      "a table is a header and one line a row"
    ),
    (
      .noRows(source: "t.csv"), "t.csv: a header and no rows",
      "a table is a header and one line a row"
    ),
  ]

  private static let contents: [(DatasetError, String, String)] = [
    (
      .wordAmongNumbers(at: place, column: "x", found: "big", numbers: 1),
      "t.csv:2:5: 'big' in the column 'x', which has numbers in 1 other row",
      "correct the cell, leave it empty if the value is missing, or make the column categorical in "
        + "a schema.json"
    ),
    (
      .mixedNotation(
        at: place, column: "x", found: "5", what: .noPercentSign, others: 1,
        otherwise: .percentSign),
      "t.csv:2:5: '5' in the column 'x' has no percent sign, where 1 other cell has a percent sign",
      "use one notation for all numbers of a column"
    ),
    (
      .mixedNotation(
        at: place, column: "x", found: "5", what: .currency("€"), others: 20,
        otherwise: .currency("$")),
      "t.csv:2:5: '5' in the column 'x' has the currency '€', where 20 other cells have the "
        + "currency '$'", "use one notation for all numbers of a column"
    ),
    (
      .mixedNotation(
        at: place, column: "x", found: "1,5", what: .decimalComma, others: 2,
        otherwise: .decimalPoint),
      "t.csv:2:5: '1,5' in the column 'x' has a decimal comma, where 2 other cells have a decimal "
        + "point", "use one notation for all numbers of a column"
    ),
    (
      .mixedNotation(
        at: place, column: "x", found: "1,500", what: .comma, others: 2, otherwise: .point),
      "t.csv:2:5: '1,500' in the column 'x' has a comma, where 2 other cells have a point",
      "use one notation for all numbers of a column"
    ),
    (
      .ambiguousNumber(at: place, column: "x", found: "1,500", count: 1),
      "t.csv:2:5: '1,500' in the column 'x' looks like a number with a decimal comma or with a "
        + "comma between thousands, as in 1 cell", "specify the decimal mark: comma or point"
    ),
    (
      .otherDecimal(at: place, column: "x", found: "1.5", given: .comma),
      "t.csv:2:5: '1.5' in the column 'x' is not a number with a decimal comma",
      "specify no decimal mark, or use one in the whole table"
    ),
    (
      .notANumber(at: place, column: "x", found: "big"),
      "t.csv:2:5: 'big' in the column 'x', where the schema expects a number",
      "correct the cell, or leave it empty if the value is missing"
    ),
    (
      .infinite(at: place, column: "x", found: "1e999"),
      "t.csv:2:5: '1e999' in the column 'x' is not a finite number",
      "correct the cell, or leave it empty if the value is missing"
    ),
    (
      .missingColumns(source: "t.csv", names: ["a", "b"]), "t.csv: no column named 'a', 'b'",
      "columns are matched by name, in any order"
    ),
    (
      .missingColumns(source: "t.csv", names: ["age"], near: "AGE"),
      "t.csv: no column named 'age'",
      "columns are matched by name, in any order; there is 'AGE'"
    ),
    (
      .noFeatures(source: "t.csv"), "t.csv: no feature column is left",
      "constant, empty and identifying columns are left out; add one that varies"
    ),
    (
      .ignoredTarget(name: "y"), "the column 'y' is the target and cannot be ignored",
      "choose another column as the target"
    ),
    (
      .emptyTarget(source: "t.csv", name: "y"), "t.csv: the target 'y' has no value in any row",
      "choose another column as the target"
    ),
    (
      .longClassName(source: "t.csv", name: "y"),
      "t.csv: the target 'y' has a string of more than 65,536 bytes",
      "choose another column as the target"
    ),
    (
      .tooManyClasses(source: "t.csv", name: "y", count: 60, rows: 100),
      "t.csv: the target 'y' has 60 classes in 100 rows",
      "choose another column as the target; a class needs several rows"
    ),
    (
      .tooManyClasses(source: "t.csv", name: "y", count: 1001, rows: 2000),
      "t.csv: the target 'y' has more than 1,000 classes in 2,000 rows",
      "choose another column as the target; a class needs several rows"
    ),
    (
      .oneClass(source: "t.csv", target: "y", name: "p"), "t.csv: every row has the y 'p'",
      "classification needs at least two classes; choose another column as the target"
    ),
    (
      .tooFewRows(source: "t.csv", usable: 3, needed: 10),
      "t.csv: 3 usable rows where at least 10 are needed",
      "rows without a value for the target cannot be used"
    ),
    (
      .differentFeatures(source: "images", pixels: 784, expected: "petal"),
      "images: 784 pixels where other columns, such as 'petal', are expected",
      "give rows with the columns that the network was trained with"
    ),
  ]

  private static let files: [(DatasetError, String, String)] = [
    (
      .wrongMagic(source: "a", found: [0, 0, 0x0B, 3], expected: [0, 0, 8, 3]),
      "a: begins with 0x00000b03 where 0x00000803 is expected",
      "it is an IDX file of 16-bit integers with 3 dimensions; save unsigned bytes with 3 dimensions"
    ),
    (
      .wrongMagic(source: "a", found: [0, 0, 8, 4], expected: [0, 0, 8, 3]),
      "a: begins with 0x00000804 where 0x00000803 is expected",
      "it is an IDX file of unsigned bytes with 4 dimensions; save unsigned bytes with 3 dimensions"
    ),
    (
      .wrongMagic(source: "a", found: [0, 0, 8, 1], expected: [0, 0, 8, 3]),
      "a: begins with 0x00000801 where 0x00000803 is expected",
      "images are IDX files (MNIST) or CIFAR binary files"
    ),
    (
      .unpairedLabels(source: "a", labels: 9, images: 1000), "a: 9 labels for 1,000 images",
      "the labels belong to other images"
    ),
    (
      .wrongLabel(source: "a", row: 3, found: 11, classes: 10),
      "a: label 11 in row 3, where there are 10 classes", "the labels belong to other images"
    ),
    (
      .wrongChecksum(source: "a", found: "ab", expected: "cd"),
      "a: SHA-256 is ab where cd is published",
      "copy or download the file again; nothing was installed"
    ),
    (
      .inputTooLarge(source: "a", limit: 9000, isPacked: false),
      "a: more than 9,000 bytes, the maximum",
      "a higher limit allows more, up to the machine's memory"
    ),
    (
      .imagesTooLarge(source: "a", needed: 12_000, limit: 10_000),
      "a: the images take 12,000 bytes of memory where 10,000 are allowed",
      "a higher limit allows more, up to the machine's memory"
    ),
    (
      .tableTooLarge(source: "a", row: 1000, columns: 1, limit: 9000),
      "a: the rows up to 1,000, of 1 column, take more than 9,000 bytes of memory, the maximum",
      "a higher limit allows more, up to the machine's memory"
    ),
    (
      .doublyPacked(source: "a"), "a: the file is gzip inside gzip", "unpack it once with gunzip"
    ),
    (
      .missingFile(path: "a"), "there is no file 'a'",
      "check the path, or give the name of a data set"
    ),
    (
      .unreadable(path: "a", code: EACCES), "cannot read 'a': permission denied",
      "check the permissions of the file"
    ),
    (
      .unreadable(path: "a", code: EIO), "cannot read 'a': input/output error",
      "check the permissions of the file"
    ),
    (
      .noData(path: "a"), "there are no data in the folder 'a'",
      "a data folder contains data.csv and schema.json, IDX files, CIFAR binary files, or a folder of PNG "
        + "images for each class"
    ),
    (
      .notFetched(name: "mnist"), "the data set 'mnist' is not on this machine",
      "fetch the data set first"
    ),
    (
      .missingPart(folder: "a", name: "b"), "there is no file 'b' in 'a'",
      "give the folder that has the original files"
    ),
    (
      .otherFile(folder: "a", name: "b"),
      "the folder 'a' contains 'b', which is not part of the data set",
      "move it elsewhere, then fetch the data set again"
    ),
    (
      .cannotWrite(path: "a", code: ENOSPC), "cannot write 'a': no space left on device",
      "check the permissions of the folder and the space on the disk"
    ),
    (
      .cannotWrite(path: "a", code: nil), "cannot write 'a': system error",
      "check the permissions of the folder and the space on the disk"
    ),
  ]

  @Test(arguments: syntax + contents + files)
  func anErrorHasItsMessageAndHint(_ error: DatasetError, _ message: String, _ hint: String) {
    #expect(error.errorDescription == message)
    #expect(error.recoverySuggestion == hint)
  }

  @Test(arguments: [
    (RaggedCause.comma, "quote a field that contains a comma"),
    (.note, "remove titles, totals and notes above and below the table from the file"),
    (.comment, "this line looks like a comment: remove it from the file"),
    (.title, "the header must be the first line: remove titles above it from the file"),
    (.trailingDelimiter, "lines end in a delimiter: remove it, or name the last column too"),
    (.missingName, "the header has one name too few: name the first column too"),
  ])
  func aRaggedRowHasTheHintOfItsCause(_ cause: RaggedCause, _ hint: String) {
    let error = DatasetError.raggedRow(at: Self.place, found: 1, expected: 3, cause: cause)
    #expect(error.errorDescription == "t.csv:2:5: 1 field where the header names 3")
    #expect(error.recoverySuggestion == hint)
  }

  private static let image = ImageShape(height: 2, width: 3, channels: 1, maximum: 255)
  private static let dark = ImageShape(height: 2, width: 3, channels: 1, maximum: 0)

  @Test(arguments: [
    (SchemaProblem.duplicateName("x"), "duplicate name 'x'"),
    (.empty(features: 0, classes: 2), "there are no features or no classes"),
    (.imageShape(dark), "an image of 2 x 3 x 1 with a maximum of 0"),
    (
      .imageSize(image, features: 1), "an image of 2 x 3 x 1 has 6 values, and there are 1 feature"
    ),
    (.cuts(target: "y"), "the cuts of 'y' are not ascending"),
    (.imageLength(found: "-1"), "-1 where a whole number from 1 to 65,536 is needed"),
    (
      .imageMaximum(found: -0.5),
      "-0.5 where the value of a white pixel is needed, a number above 0"
    ),
    (.kind(found: "text"), "'text' is neither 'numeric' nor 'categorical'"),
    (
      .imageMaximum(found: 1e308),
      "1e+308 where the value of a white pixel is needed, a number above 0 and at most 1,000,000,000,000"
    ),
    (.imageLength(found: "1.5"), "1.5 where a whole number from 1 to 65,536 is needed"),
    (.notJSON, "this is not JSON"),
    (.wrongNumber, "a number is out of range, or not a whole number where one is needed"),
    (.number("1e999"), "the number 1e999 is out of range"),
    (.repeatedKey(path: "features"), "'features' is given twice"),
    (.missingKey("name", path: ""), "there is no 'name'"),
    (.missingKey("name", path: "features[2]"), "there is no 'name' in 'features[2]'"),
    (.wrongType(path: ""), "a value of the wrong type"),
    (.wrongType(path: "target.name"), "a value of the wrong type in 'target.name'"),
    (
      .value(.kind(found: "text"), path: "features[0].kind"),
      "'text' is neither 'numeric' nor 'categorical' in 'features[0].kind'"
    ),
    (.undecodable(message: "odd", path: "image"), "odd in 'image'"),
    (.notASchema, "this is not a schema"),
    (.unwritable, "it cannot be written"),
  ])
  func aSchemaHasItsProblem(_ problem: SchemaProblem, _ text: String) {
    let error = DatasetError.malformedSchema(source: "schema.json", problem)
    #expect(error.errorDescription == "schema.json: " + text)
    #expect(error.recoverySuggestion == "see the schema.json of an installed data set")
  }

  @Test(arguments: [
    (EncodingProblem.unknownFeature(7), "an input is made of feature 7, which does not exist"),
    (.kind(position: 3), "input 3 does not fit its feature"),
    (
      .targetScale(mean: 1, scale: 0),
      "the target's scale is not a finite number other than zero"
    ),
  ])
  func anEncodingHasItsProblem(_ problem: EncodingProblem, _ text: String) {
    #expect(problem.text == text)
  }

  @Test(arguments: [
    (GzipProblem.truncated, "unexpected end of data"),
    (.zlib(status: -3, message: "incorrect data check"), "incorrect data check"),
    (.zlib(status: -3, message: nil), "error -3"),
  ])
  func gzipDataHaveTheirProblem(_ problem: GzipProblem, _ text: String) {
    let error = DatasetError.corruptGzip(source: "a.gz", problem)
    #expect(error.errorDescription == "a.gz: the gzip data are damaged: " + text)
    #expect(error.recoverySuggestion == "copy or download the file again")
  }

  @Test(arguments: [
    (SourceProblem.tooLarge(limit: 1 << 30), "more than 1,073,741,824 bytes"),
    (.notATarArchive, "this is not a tar archive"),
    (.noTime(row: 3), "no time in row 3, such as '04/01/2016 0:05'"),
  ])
  func aPublishedFileHasItsProblem(_ problem: SourceProblem, _ text: String) {
    let error = DatasetError.malformedSource(source: "a", problem)
    #expect(error.errorDescription == "a: " + text)
    #expect(
      error.recoverySuggestion == "copy or download the file again; nothing was installed")
  }

  @Test(arguments: [
    (DownloadProblem.notAURL, "this is not a URL"),
    (.status(404), "the server returned status 404"),
    (.transfer(code: -1001, message: "the request timed out"), "the request timed out"),
  ])
  func aDownloadHasItsProblem(_ problem: DownloadProblem, _ text: String) {
    let error = DatasetError.cannotDownload(address: "http://a", problem)
    #expect(error.errorDescription == "cannot download 'http://a': " + text)
    #expect(error.recoverySuggestion == "get the files another way and give their folder")
  }

  @Test(arguments: [
    (
      SizeProblem.records(bytes: 3075, record: 3073),
      "3,075 bytes where records of 3,073 bytes are expected"
    ),
    (.header(bytes: 1, expected: 16), "a header of 1 byte where 16 bytes are expected"),
    (
      .sizes([70_000, 70_000, 2], limit: 4_294_967_296),
      "a header of 70,000 x 70,000 x 2 bytes where 1 to 4,294,967,296 bytes are expected"
    ),
    (
      .body(bytes: 59, sizes: [10, 2, 3]), "59 bytes where 10 x 2 x 3 = 60 bytes are expected"
    ),
    (
      .body(bytes: nil, sizes: [10, 2, 3]),
      "more than 60 bytes where 10 x 2 x 3 = 60 bytes are expected"
    ),
    (.body(bytes: 9, sizes: [10]), "9 bytes where 10 bytes are expected"),
    (
      .heldOutShape(image, training: ImageShape(height: 4, width: 5, channels: 1, maximum: 255)),
      "images of 2 x 3 where 4 x 5 pixels are expected"
    ),
  ])
  func anImageFileHasItsSize(_ problem: SizeProblem, _ text: String) {
    let error = DatasetError.wrongSize(source: "a", problem)
    #expect(error.errorDescription == "a: " + text)
    #expect(error.recoverySuggestion == "copy or download the file again")
  }

  @Test(arguments: [
    (ExclusionReason.ignored, "is ignored"),
    (.dates(example: "2024-01-02"), "holds dates or times such as '2024-01-02'"),
    (.longTexts(limit: 65_536), "has strings of more than 65,536 bytes"),
    (
      .manyTexts(limit: 1000, example: "5,20 kg"),
      "has more than 1,000 distinct strings (such as '5,20 kg')"
    ),
    (.empty, "has no value in any row"),
    (.constant(0.5), "is 0.5 in every row"),
    (.constantLevel("red"), "is 'red' in every row"),
    (.rowIndex, "is a row index"),
    (.unique(example: "'7.58 kg"), "is unique in every row (such as ''7.58 kg')"),
    (
      .unique(example: "Columbus Day", missing: 1926),
      "is unique in every row that has a value (such as 'Columbus Day') and missing in 1,926 rows"
    ),
    (
      .manyLevels(levels: 60, rows: 100, example: "a"),
      "has 60 distinct strings in 100 rows (such as 'a')"
    ),
  ])
  func aTargetHasItsReason(_ reason: ExclusionReason, _ text: String) {
    let error = DatasetError.unusableTarget(source: "t.csv", name: "y", reason)
    #expect(error.errorDescription == "t.csv: the target 'y' " + text)
    #expect(error.recoverySuggestion == "choose another column as the target")
  }

  private static func pandas(_ reader: String) -> String {
    "write it as CSV: pandas.\(reader)(file).to_csv('rows.csv', index=False)"
  }

  static let formats: [ForeignFormat: (kind: String, advice: String)] = [
    .zip: (
      "a zip archive, as Excel and LibreOffice workbooks are",
      "save the sheet as CSV, or unpack the archive"
    ),
    .excel: ("an Excel workbook", "save the sheet as CSV"),
    .parquet: ("a Parquet file", pandas("read_parquet")),
    .arrow: ("an Arrow or Feather file", pandas("read_feather")),
    .sqlite: ("an SQLite database", "export the table as CSV"),
    .hdf5: ("an HDF5 file", "write its table as CSV"),
    .numpy: ("a NumPy array", "write it with numpy.savetxt"),
    .bzip2: ("a bzip2 file", "unpack it with bunzip2; gzip is read directly"),
    .xz: ("an xz file", "unpack it with unxz; gzip is read directly"),
    .zstd: ("a zstd file", "unpack it with unzstd; gzip is read directly"),
    .pdf: ("a PDF file", "export its table as CSV"),
    .pickle: ("a Python pickle", pandas("read_pickle")),
    .png: (
      "a PNG image",
      "give the folder of the images, with a folder for each class: FOLDER/cat/1.png, FOLDER/dog/2.png"
    ),
    .jpeg: (
      "a JPEG image",
      "convert the images to PNG, and give their folder, with a folder for each class"
    ),
    .json: ("JSON", pandas("read_json") + "; with lines=True where each line is an object"),
    .html: (
      "an HTML page",
      "write its table as CSV: pandas.read_html(file)[0].to_csv('rows.csv', index=False)"
    ),
    .arff: (
      "an ARFF file",
      "write it as CSV: pandas.DataFrame(scipy.io.arff.loadarff(file)[0]).to_csv('rows.csv', "
        + "index=False)"
    ),
    .gitLFS: ("a pointer of Git LFS, not the file itself", "fetch the file with git lfs pull"),
    .markdown: ("a Markdown table", "remove the line of dashes below the header"),
  ]

  @Test(arguments: ForeignFormat.allCases)
  func aForeignFormatIsNamed(_ format: ForeignFormat) throws {
    let expected = try #require(Self.formats[format])
    let error = DatasetError.foreignFormat(source: "rows", format)
    #expect(
      error.errorDescription
        == "rows: the file is \(expected.kind), not a delimited text table")
    #expect(error.recoverySuggestion == expected.advice)
  }
}
